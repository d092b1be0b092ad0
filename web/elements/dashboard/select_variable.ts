// `<cc-select-variable>`: one or several of the values that a field has among the rows the viewer sees, now.
// What is chosen stands in the control, each value with a way to take it out again.

import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';

import type { Variable } from '../../sdk/src/types.js';
import { define } from '../parts/define.js';
import { icons } from '../parts/icons.js';
import { base, buttons } from '../tokens.js';
import { controls } from './control_styles.js';
import './listbox.js';
import { Popover } from './popover.js';
import { fill } from '../words/words.js';
import type { DashboardWords } from './words.js';

const SEARCHED_FROM = 9;
const CHIPS_MAX = 3;

export class SelectVariable extends LitElement {
  static override styles = [base, buttons, controls, css`
    .search { padding: 8px 8px 4px; }
    .empty { margin: 0; padding: 0.9em 1em; color: var(--_ink-soft); }
    .foot { padding: 4px; border-top: 1px solid var(--_line); }
    .foot button {
      width: 100%;
      padding: 0.45em 0.7em;
      border-radius: var(--_radius-small);
      color: var(--_accent);
      text-align: left;
    }
    .foot button:hover { background: var(--_hover); }
  `];

  @property({ attribute: false }) variable!: Variable;
  @property({ attribute: false }) words!: DashboardWords['variables'];
  @property() label = '';
  /** Those that rows have; a chosen one that no row has any more is offered, too. */
  @property({ attribute: false }) values: readonly string[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  @state() private search = '';
  private readonly pane = new Popover(this, '.opener', '.popover');

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.opener')?.focus(options);
  }

  override render() {
    const { chosen, words } = this;
    const shown = chosen.slice(0, CHIPS_MAX);
    return html`
      <div class="box">
        <button type="button" class="opener" aria-haspopup="listbox" aria-expanded=${this.pane.isOpen}
          aria-label=${`${this.label}: ${chosen.map(this.text).join(', ') || words.all}`}
          @click=${this.open} @keydown=${this.onOpenerKey}>
          <span class="name">${this.label}</span>
          ${chosen.length === 0 ? html`<span class="value">${words.all}</span>` : nothing}
          ${chosen.length > CHIPS_MAX ? html`<span class="value">${chosen.length}</span>` : nothing}
          ${icons.chevron}
        </button>
        ${shown.length < chosen.length ? nothing : shown.map((value) => html`
          <button type="button" class="chip" aria-label=${fill(words.remove, { value: this.text(value) })}
            @click=${() => this.toggle(value)}><span>${this.text(value)}</span>${icons.close}</button>`)}
      </div>
      ${this.pane.isOpen ? this.list() : nothing}`;
  }

  private list() {
    const offered = this.offered();
    const needle = this.search.trim().toLocaleLowerCase();
    const options = offered.map((value) => ({ value, text: this.text(value) }))
      .filter(({ text }) => text.toLocaleLowerCase().includes(needle));
    return html`
      <div class="popover">
        ${offered.length < SEARCHED_FROM ? nothing : html`
          <div class="search">
            <input type="search" placeholder=${this.words.find} aria-label=${this.words.find}
              autocomplete="off" spellcheck="false" .value=${this.search} @input=${this.onSearch}
              @keydown=${this.onSearchKey}>
          </div>`}
        ${options.length === 0
          ? html`<p class="empty">${offered.length === 0 ? this.words.no_values : this.words.nothing_found}</p>`
          : html`<cc-listbox .options=${options} .chosen=${this.chosen} ?multi=${this.variable.multi}
              label=${this.label} @cc-choose=${this.onChoose}></cc-listbox>`}
        ${this.chosen.length === 0 ? nothing : html`
          <div class="foot"><button type="button" @click=${this.clear}>${this.words.clear}</button></div>`}
      </div>`;
  }

  private offered(): string[] {
    return [...this.values, ...this.chosen.filter((value) => !this.values.includes(value))];
  }

  private readonly text = (value: string): string => value || this.words.empty_value;

  private readonly open = (): void => {
    this.search = '';
    this.pane.toggle(this.offered().length < SEARCHED_FROM ? 'cc-listbox' : 'input');
  };

  private readonly onOpenerKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    // It may have been opened before there were values to go to.
    if (this.pane.isOpen) this.renderRoot.querySelector<HTMLElement>('cc-listbox')?.focus();
    else this.open();
  };

  private readonly onSearch = (event: InputEvent): void => {
    this.search = (event.target as HTMLInputElement).value;
  };

  private readonly onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('cc-listbox')?.focus();
  };

  private readonly onChoose = (event: CustomEvent<string>): void => {
    event.stopPropagation();
    this.toggle(event.detail);
    if (!this.variable.multi) this.pane.close({ refocus: true });
  };

  private toggle(value: string): void {
    const others = this.variable.multi ? this.chosen.filter((one) => one !== value) : [];
    this.choose(this.chosen.includes(value) ? others : [...others, value]);
    // The chip that was pressed is gone; the focus would go with it.
    if (!this.pane.isOpen) this.focus();
  }

  private readonly clear = (): void => {
    this.choose([]);
    this.pane.close({ refocus: true });
  };

  private choose(values: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('cc-choice', { detail: values, bubbles: true }));
  }
}

define('cc-select-variable', SelectVariable);
