// <cc-choice>: one of a few, side by side; a group of radio buttons in the looks of ours. Sends `choose` with
// the value.

import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';

import { base, buttons } from '../tokens.js';
import { define } from './define.js';

export interface ChoiceOption<Value = unknown> {
  readonly value: Value;
  readonly label: string;
  /** What it is called where the label is too short to be understood by itself. */
  readonly name?: string;
}

export class Choice extends LitElement {
  @property({ attribute: false }) options: readonly ChoiceOption[] = [];
  @property({ attribute: false }) value: unknown;
  @property() label = '';

  override render() {
    return html`
      <div role="radiogroup" aria-label=${this.label} @keydown=${this.onKey}>
        ${this.options.map(({ value, label, name }) => html`
          <button type="button" role="radio" aria-checked=${value === this.value} aria-label=${name ?? label}
            tabindex=${value === this.value ? 0 : -1} @click=${() => this.choose(value)}>${label}</button>`)}
      </div>`;
  }

  private choose(value: unknown): void {
    if (value === this.value) return;
    this.value = value;
    this.dispatchEvent(new CustomEvent('choose', { detail: value }));
  }

  private onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = this.options.findIndex(({ value }) => value === this.value);
    const goal = (at + by + this.options.length) % this.options.length;
    this.choose(this.options[goal].value);
    this.renderRoot.querySelectorAll('button')[goal].focus();
  }

  static override styles = [base, buttons, css`
    :host { display: inline-flex; }

    div {
      display: inline-flex;
      padding: 2px;
      border-radius: var(--_radius-small);
      background: var(--_hover);
    }

    button {
      min-width: 2.6em;
      min-height: 26px;
      padding: 0 0.6em;
      border-radius: calc(var(--_radius-small) - 2px);
      color: var(--_ink-soft);
      font-weight: 550;
    }

    button:hover { color: var(--_ink); }

    button[aria-checked="true"] {
      background: var(--_panel);
      color: var(--_ink);
      box-shadow: 0 1px 2px rgb(10 14 25 / 14%);
    }

    @media (pointer: coarse) {
      button { min-height: 36px; }
    }
  `];
}

define('cc-choice', Choice);
