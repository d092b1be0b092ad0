// Cards that are found by typing and walked by keys: `/` leads to the search, arrows go from card to card as they
// stand on the page, Escape empties the search.

export interface Card {
  readonly element: HTMLElement;
  readonly link: HTMLAnchorElement;
  /** What is searched in, in lower case. */
  readonly text: string;
}

export class CardList {
  private cards: readonly Card[] = [];

  /** `onFound`: how many cards are left, of how many. */
  constructor(private readonly search: HTMLInputElement, private readonly onFound: (count: number, all: number) => void) {
    search.addEventListener('input', () => this.filter());
    search.addEventListener('keydown', (event) => this.onSearchKey(event));
    document.addEventListener('keydown', (event) => this.onKey(event));
  }

  show(cards: readonly Card[]): void {
    this.cards = cards;
    this.filter();
  }

  clear(): void {
    this.search.value = '';
    this.filter();
    this.search.focus();
  }

  private filter(): void {
    const words = this.search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const { element, text } of this.cards) element.hidden = !words.every((word) => text.includes(word));
    this.onFound(this.found.length, this.cards.length);
  }

  private get found(): Card[] {
    return this.cards.filter(({ element }) => !element.hidden);
  }

  private onSearchKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.search.value !== '') this.clear();
    else if (event.key === 'ArrowDown') this.found[0]?.link.focus();
    else if (event.key === 'Enter' && this.found.length === 1) this.found[0].link.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && !isTyping(event)) {
      event.preventDefault();
      this.search.focus();
      this.search.select();
      return;
    }
    const links = this.found.map(({ link }) => link);
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (at < 0) return;
    const goal = neighbour(event.key, at, links);
    if (goal === undefined) return;
    event.preventDefault();
    if (goal < 0) this.search.focus();
    else links[goal].focus();
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Where a key leads from the link at that place; -1 is up and out, undefined nowhere. */
function neighbour(key: string, at: number, links: readonly HTMLElement[]): number | undefined {
  const last = links.length - 1;
  switch (key) {
    case 'ArrowRight': return Math.min(last, at + 1);
    case 'ArrowLeft': return Math.max(0, at - 1);
    case 'Home': return 0;
    case 'End': return last;
    case 'ArrowDown': return inColumn(at, links, 1) ?? last;
    case 'ArrowUp': return inColumn(at, links, -1) ?? -1;
    default: return undefined;
  }
}

/** The link in the nearest line above or below that begins nearest to this one. */
function inColumn(at: number, links: readonly HTMLElement[], direction: 1 | -1): number | undefined {
  const boxes = links.map((link) => link.getBoundingClientRect());
  const here = boxes[at];
  let best: number | undefined;
  let least = Infinity;
  boxes.forEach((box, place) => {
    const lines = (box.top - here.top) * direction;
    if (lines < 4) return;
    // A line further away counts more than any column.
    const distance = lines * 1000 + Math.abs(box.left - here.left);
    if (distance < least) [best, least] = [place, distance];
  });
  return best;
}
