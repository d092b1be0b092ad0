// `<cc-listbox>`: a list from which one or several values are chosen, by mouse or by keyboard: arrows, Home, End,
// the first letters; Enter or Space chooses. It has the focus itself and says which option is the current one.

import { LitElement, css, html } from 'lit';
import { property, state } from 'lit/decorators.js';

import { define } from '../parts/define.js';
import { icons } from '../parts/icons.js';
import { base } from '../tokens.js';

export interface ListOption {
  readonly value: string;
  readonly text: string;
}

const TYPING_MS = 600;

export class Listbox extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [base, css`
    :host { display: block; }

    [role="listbox"] {
      max-height: min(20em, 50vh);
      padding: 4px;
      overflow-y: auto;
      overscroll-behavior: contain;
      outline: none;
    }

    [role="option"] {
      display: flex;
      align-items: center;
      gap: 0.6em;
      padding: 0.4em 0.7em 0.4em 0.55em;
      border-radius: var(--_radius-small);
      line-height: 1.4;
      cursor: pointer;
    }

    [role="option"]:hover { background: var(--_hover); }
    [role="listbox"]:focus-visible .active { background: var(--_hover); outline: 2px solid var(--_accent); outline-offset: -2px; }
    .text { min-width: 0; overflow-wrap: anywhere; }

    .mark {
      display: grid;
      place-items: center;
      flex: none;
      width: 1.15em;
      height: 1.15em;
      color: transparent;
    }

    .multi .mark { border: 1.5px solid var(--_control); border-radius: 4px; }
    .mark svg { width: 0.9em; height: 0.9em; stroke-width: 2.2; }
    [aria-selected="true"] .mark { color: var(--_accent); }
    .multi [aria-selected="true"] .mark {
      border-color: var(--_accent);
      background: var(--_accent);
      color: var(--_accent-ink);
    }

    @media (forced-colors: active) {
      [aria-selected="true"] .mark { color: Highlight; }
    }
  `];

  @property({ attribute: false }) options: readonly ListOption[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  @property({ type: Boolean }) multi = false;
  @property() label = '';
  @state() private active: string | null = null;
  private typed = '';
  private typedAt = 0;

  override render() {
    const current = this.current();
    return html`
      <div role="listbox" tabindex="0" class=${this.multi ? 'multi' : 'single'} aria-label=${this.label}
        aria-multiselectable=${this.multi} aria-activedescendant=${current < 0 ? '' : `option-${current}`}
        @keydown=${this.onKey}>
        ${this.options.map(({ value, text }, place) => html`
          <div role="option" id="option-${place}" class=${place === current ? 'active' : ''}
            aria-selected=${this.chosen.includes(value)} @click=${() => this.choose(value)}>
            <span class="mark">${icons.check}</span><span class="text">${text}</span>
          </div>`)}
      </div>`;
  }

  /** The place of the option that keys are about. */
  private current(): number {
    const value = this.active ?? this.chosen[0];
    return Math.max(this.options.findIndex((option) => option.value === value), Math.min(0, this.options.length - 1));
  }

  private choose(value: string): void {
    this.active = value;
    this.dispatchEvent(new CustomEvent('cc-choose', { detail: value, bubbles: true }));
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.options.length - 1;
    const current = this.current();
    const moves: Record<string, number> = {
      ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: last, PageDown: current + 8, PageUp: current - 8,
    };
    // A blank chooses, but within a name that is being typed.
    const isTyping = event.key.length === 1 && (event.key !== ' ' || this.place(`${this.recent(event)} `) >= 0);
    if (event.key in moves) this.moveTo(Math.min(last, Math.max(0, moves[event.key])));
    else if (isTyping) this.find(event);
    else if ((event.key === 'Enter' || event.key === ' ') && current >= 0) this.choose(this.options[current].value);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private moveTo(place: number): void {
    this.active = this.options[place]?.value ?? null;
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
    });
  }

  /** What has been typed just now. */
  private recent(event: KeyboardEvent): string {
    return event.timeStamp - this.typedAt < TYPING_MS ? this.typed : '';
  }

  private place(beginning: string): number {
    return this.options.findIndex(({ text }) => text.toLocaleLowerCase().startsWith(beginning));
  }

  private find(event: KeyboardEvent): void {
    this.typed = this.recent(event) + event.key.toLocaleLowerCase();
    this.typedAt = event.timeStamp;
    const found = this.place(this.typed);
    if (found >= 0) this.moveTo(found);
  }
}

define('cc-listbox', Listbox);
