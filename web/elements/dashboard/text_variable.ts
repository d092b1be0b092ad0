// `<cc-text-variable>`: rows whose field contains what is typed.

import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { define } from '../parts/define.js';
import { icons } from '../parts/icons.js';
import { base, buttons } from '../tokens.js';
import { controls } from './control_styles.js';
import { fill } from '../words/words.js';
import type { DashboardWords } from './words.js';

const TYPING_MS = 200;

export class TextVariable extends LitElement {
  static override styles = [base, buttons, controls, css`
    .box { flex-wrap: nowrap; padding-left: 0.65em; }
    .box > svg { flex: none; width: 1em; height: 1em; color: var(--_ink-soft); }
    .box input { width: 11em; min-width: 0; min-height: 2em; padding: 0 0.3em; border: 0; background: none; outline: none; }
    .icon { width: 2em; height: 2em; }
    .icon svg { width: 0.8em; height: 0.8em; }
  `];

  @property({ attribute: false }) words!: DashboardWords['variables'];
  @property() label = '';
  @property() value = '';
  private waiting: ReturnType<typeof setTimeout> | undefined;

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector('input')?.focus(options);
  }

  override render() {
    return html`
      <div class="box">
        ${icons.search}
        <input type="search" placeholder=${this.label} aria-label=${this.label} autocomplete="off" spellcheck="false"
          .value=${this.value} @input=${this.onInput} @keydown=${this.onKey}>
        ${this.value === '' ? nothing : html`
          <button type="button" class="icon" aria-label=${fill(this.words.remove, { value: this.value })} @click=${this.clear}>
            ${icons.close}
          </button>`}
      </div>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.waiting);
  }

  private readonly onInput = (event: InputEvent): void => {
    this.value = (event.target as HTMLInputElement).value;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.tell(), TYPING_MS);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.value !== '') {
      event.stopPropagation();
      this.clear();
    } else if (event.key === 'Enter') {
      this.tell();
    }
  };

  private readonly clear = (): void => {
    this.value = '';
    this.tell();
    this.focus();
  };

  private tell(): void {
    clearTimeout(this.waiting);
    this.dispatchEvent(new CustomEvent('cc-choice', { detail: this.value ? [this.value] : [], bubbles: true }));
  }
}

define('cc-text-variable', TextVariable);
