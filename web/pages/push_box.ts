// The box of the demo's dashboard: a line for a terminal that changes what is shown, and word of it when it did.

import { copyText } from '../elements/clipboard.js';
import { fill } from '../elements/words/words.js';
import type { Cast, Row } from '../sdk/src/types.js';

export interface PushWords {
  readonly copy: string;
  readonly copied: string;
  readonly copy_failed: string;
  readonly arrived: string;
}

const COPIED_MS = 2000;
const FRESH_MS = 4000;

export class PushBox {
  private rows: readonly Row[] | null = null;
  private fading: ReturnType<typeof setTimeout> | undefined;
  private readonly result: HTMLElement;

  /** `box` names the dataset, the field that is its key, and the one that counts. */
  constructor(private readonly box: HTMLElement, private readonly words: PushWords) {
    const command = box.querySelector('code')!;
    this.result = box.querySelector('[role="status"]')!;
    command.textContent = command.textContent!.trim().replace('http://localhost:8080', location.origin);
    const button = box.querySelector('button')!;
    button.addEventListener('click', () => void this.copy(button, command));
  }

  follow(cast: Cast): void {
    const { dataset } = this.box.dataset;
    cast.dataset(dataset!).subscribe(({ rows }) => {
      const before = this.rows;
      this.rows = rows;
      const changed = before && rows.find((row) => this.before(row, before) !== undefined);
      if (changed) this.tell(changed, this.before(changed, before)!);
    });
  }

  /** What the row counted before, when that was something else. */
  private before(row: Row, rows: readonly Row[]): number | undefined {
    const { key, value } = this.box.dataset;
    const old = rows.find((one) => one[key!] === row[key!])?.[value!];
    return typeof old === 'number' && old !== row[value!] ? old : undefined;
  }

  private tell(row: Row, old: number): void {
    const { value, label } = this.box.dataset;
    this.result.textContent = fill(this.words.arrived, {
      name: String(row[label!]), old: String(old), value: String(row[value!]),
    });
    this.box.classList.add('arrived');
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.box.classList.remove('arrived'), FRESH_MS);
  }

  private async copy(button: HTMLButtonElement, command: HTMLElement): Promise<void> {
    const done = await copyText(command.textContent!);
    if (done) {
      button.textContent = this.words.copied;
      setTimeout(() => { button.textContent = this.words.copy; }, COPIED_MS);
    } else {
      getSelection()?.selectAllChildren(command);
      this.result.textContent = this.words.copy_failed;
    }
  }
}
