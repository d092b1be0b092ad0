// <cc-menu>: a button that opens a list of things to do. Keyboard as in the menu button pattern of the ARIA
// practices: arrows, Home, End, the first letter, Escape. Sends `choose` with the id of an item.

import { css, html, LitElement, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { base, buttons } from '../tokens.js';
import { define } from './define.js';
import { icons, type IconName } from './icons.js';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  /** Begins a group: a line above it. */
  readonly begins?: boolean;
  readonly disabled?: boolean;
}

const EDGE_PX = 8;
const GAP_PX = 4;

export class Menu extends LitElement {
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  /** What the button is called. */
  @property() label = '';
  @property() icon: IconName = 'more';

  @state() private open = false;
  @query('.list') private list!: HTMLElement;
  @query('.icon') private button!: HTMLButtonElement;
  private focusOnOpen: 'first' | 'last' = 'first';

  override render() {
    return html`
      <button type="button" class="icon" aria-haspopup="menu" aria-expanded=${this.open} aria-label=${this.label}
        title=${this.label} @click=${this.toggle} @keydown=${this.onButtonKey}>${icons[this.icon]}</button>
      <div class="list" role="menu" popover="manual" aria-label=${this.label} ?hidden=${!this.open}
        @keydown=${this.onListKey} @focusout=${this.onFocusOut}>
        ${this.items.map((item) => html`
          ${item.begins ? html`<div role="separator"></div>` : null}
          <button type="button" role="menuitem" tabindex="-1"
            ?disabled=${item.disabled ?? false} @click=${() => this.choose(item.id)}>
            ${item.icon ? icons[item.icon] : html`<svg></svg>`}<span>${item.label}</span>
          </button>`)}
      </div>`;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('open' as keyof Menu) || !this.open) return;
    this.place();
    const entries = this.entries();
    entries.at(this.focusOnOpen === 'first' ? 0 : -1)?.focus();
  }

  override disconnectedCallback(): void {
    this.close();
    super.disconnectedCallback();
  }

  /** In the top layer, so that no edge of a panel cuts it off, and within the window. */
  private place(): void {
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    const button = this.button.getBoundingClientRect();
    const { width, height } = this.list.getBoundingClientRect();
    const right = getComputedStyle(this).direction === 'rtl' ? button.left : button.right - width;
    const below = button.bottom + GAP_PX;
    const fits = below + height <= innerHeight - EDGE_PX;
    const top = fits ? below : Math.max(EDGE_PX, Math.min(below, innerHeight - EDGE_PX - height));
    this.list.style.left = `${Math.max(EDGE_PX, Math.min(right, innerWidth - EDGE_PX - width))}px`;
    this.list.style.top = `${top}px`;
  }

  private toggle(): void {
    if (this.open) this.close();
    else this.show('first');
  }

  private show(focus: 'first' | 'last'): void {
    this.focusOnOpen = focus;
    this.open = true;
    document.addEventListener('pointerdown', this.onPointerElsewhere, true);
    addEventListener('scroll', this.onScroll, true);
    addEventListener('resize', this.onScroll);
  }

  private close(): void {
    if (!this.open) return;
    this.open = false;
    if (this.list?.matches(':popover-open')) this.list.hidePopover();
    document.removeEventListener('pointerdown', this.onPointerElsewhere, true);
    removeEventListener('scroll', this.onScroll, true);
    removeEventListener('resize', this.onScroll);
  }

  private choose(id: string): void {
    this.close();
    this.button.focus();
    this.dispatchEvent(new CustomEvent('choose', { detail: id }));
  }

  private entries(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  }

  private onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.show(event.key === 'ArrowDown' ? 'first' : 'last');
  }

  private onListKey(event: KeyboardEvent): void {
    const entries = this.entries();
    const at = entries.indexOf(event.target as HTMLButtonElement);
    const goal = nextPlace(event.key, at, entries);
    if (event.key === 'Escape' || event.key === 'Tab') {
      this.close();
      this.button.focus();
      // Tab goes on from the button, Escape stays there and closes nothing else.
      if (event.key === 'Escape') event.stopPropagation();
      return;
    }
    if (goal === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    entries[goal]?.focus();
  }

  private onFocusOut(event: FocusEvent): void {
    const { relatedTarget } = event;
    if (relatedTarget instanceof Node && !this.renderRoot.contains(relatedTarget)) this.close();
  }

  private readonly onPointerElsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.close();
  };

  private readonly onScroll = (event: Event): void => {
    if (!event.composedPath().includes(this.list)) this.close();
  };

  static override styles = [base, buttons, css`
    :host { display: inline-flex; }

    .list {
      position: fixed;
      inset: auto;
      min-width: 210px;
      max-width: calc(100vw - 16px);
      max-height: calc(100vh - 16px);
      margin: 0;
      padding: 6px;
      overflow: auto;
      border: 1px solid var(--_line);
      border-radius: calc(var(--_radius-small) + 2px);
      background: var(--_panel);
      color: var(--_ink);
      box-shadow: var(--_shadow-high);
      font: 400 14px/1.4 var(--_font);
    }

    .list button {
      display: flex;
      align-items: center;
      gap: 10px;
      width: 100%;
      padding: 7px 12px 7px 9px;
      border-radius: var(--_radius-small);
      text-align: start;
      white-space: nowrap;
    }

    .list button:hover, .list button:focus { background: var(--_hover); outline: none; }
    .list button:focus-visible { box-shadow: inset 0 0 0 2px var(--_accent); }
    .list svg { flex: none; width: 16px; height: 16px; color: var(--_ink-soft); }

    [role="separator"] { margin: 6px; border-top: 1px solid var(--_line); }

    @media (pointer: coarse) {
      .list button { padding-block: 11px; }
    }

    @media print { :host { display: none; } }
  `];
}

function nextPlace(key: string, at: number, entries: readonly HTMLElement[]): number | undefined {
  const last = entries.length - 1;
  switch (key) {
    case 'ArrowDown': return at === last ? 0 : at + 1;
    case 'ArrowUp': return at <= 0 ? last : at - 1;
    case 'Home': return 0;
    case 'End': return last;
    default: break;
  }
  if (key.length !== 1 || key === ' ') return undefined;
  const begins = (entry: HTMLElement) => entry.textContent!.trim().toLowerCase().startsWith(key.toLowerCase());
  const after = entries.findIndex((entry, place) => place > at && begins(entry));
  const found = after >= 0 ? after : entries.findIndex(begins);
  return found >= 0 ? found : undefined;
}

define('cc-menu', Menu);
