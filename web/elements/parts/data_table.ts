// <cc-data-table>: the rows of a chart for who cannot see it, or wants the numbers. Follows the data without
// ever taking the focus; the first 200 rows, then more on demand.

import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';

import type { Row } from '../../sdk/src/types.js';
import type { Column } from '../columns.js';
import { numberFormat } from '../formats.js';
import { base, buttons } from '../tokens.js';
import { fill, wordsFor } from '../words/words.js';
import { define } from './define.js';

const STEP = 200;

/** Rows whose cell of that field is one of these, as texts. */
export interface Chosen {
  readonly field: string;
  readonly values: readonly string[];
}

export class DataTable extends LitElement {
  @property() caption = '';
  @property() locale = 'en';
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** Rows can be picked, as items of the chart can be clicked: `pick` is sent with the row. */
  @property({ type: Boolean, reflect: true }) selectable = false;
  @property({ attribute: false }) chosen: Chosen | null = null;

  @state() private limit = STEP;

  override render() {
    const shown = this.rows.slice(0, this.limit);
    return html`
      <div class="scroller" tabindex="0" role="region" aria-label=${this.caption}>
        <table>
          <caption class="visually-hidden">${this.caption}</caption>
          <thead>
            <tr>${this.columns.map(({ label, align }) => html`<th scope="col" class=${align}>${label}</th>`)}</tr>
          </thead>
          <tbody>${shown.map((row) => this.renderRow(row))}</tbody>
        </table>
        ${this.renderEnd(shown.length)}
      </div>`;
  }

  private renderRow(row: Row) {
    const chosen = this.chosen?.values.includes(String(row[this.chosen.field] ?? '')) ?? false;
    return html`
      <tr class=${chosen ? 'chosen' : ''} @click=${this.selectable ? () => this.pick(row) : nothing}>
        ${this.columns.map(({ id, align, text }, place) => (place === 0
          ? html`<th scope="row" class=${align}>${this.renderName(text(row[id] ?? null), chosen)}</th>`
          : html`<td class=${align}>${text(row[id] ?? null)}</td>`))}
      </tr>`;
  }

  /** A click on the button is one on its row. */
  private renderName(text: string, chosen: boolean) {
    return this.selectable ? html`<button type="button" aria-pressed=${chosen}>${text}</button>` : text;
  }

  private pick(row: Row): void {
    this.dispatchEvent(new CustomEvent<Row>('pick', { detail: row }));
  }

  private renderEnd(shown: number) {
    const words = wordsFor(this.locale).table;
    const { length } = this.rows;
    if (length === 0) return html`<p>${words.empty}</p>`;
    if (shown === length) return null;
    const count = (value: number) => numberFormat(this.locale).format(value);
    return html`
      <p>
        <span>${fill(words.rows, { shown: count(shown), count: count(length) })}</span>
        <button type="button" class="plain" @click=${this.showMore}>
          ${fill(words.more, { count: count(Math.min(STEP, length - shown)) })}
        </button>
      </p>`;
  }

  private showMore(): void {
    this.limit += STEP;
  }

  static override styles = [base, buttons, css`
    :host { display: flex; min-height: 0; color: var(--_ink); font-size: 0.93em; }

    .scroller {
      flex: 1;
      min-width: 0;
      overflow: auto;
      border: 1px solid var(--_line);
      border-radius: var(--_radius-small);
      scrollbar-width: thin;
      scrollbar-color: var(--_control) transparent;
    }

    .scroller:focus-visible { outline-offset: -2px; }

    table {
      width: 100%;
      border-collapse: separate;
      border-spacing: 0;
      font-variant-numeric: tabular-nums;
      line-height: 1.4;
    }

    th, td {
      padding: 0.42em 0.85em;
      border-bottom: 1px solid var(--_line);
      font-weight: 400;
      text-align: start;
      white-space: nowrap;
    }

    thead th {
      position: sticky;
      top: 0;
      background: var(--_sunken);
      color: var(--_ink-soft);
      font-weight: 600;
    }

    tbody tr:hover > * { background: var(--_hover); }
    tbody tr.chosen > * { background: var(--_wash); }
    :host([selectable]) tbody tr { cursor: pointer; }
    th button { padding: 0; color: var(--_accent); text-align: inherit; }
    th button:hover { text-decoration: underline; }
    tbody tr:last-child > * { border-bottom-color: transparent; }
    .end { text-align: end; }

    p {
      position: sticky;
      left: 0;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5em 1em;
      margin: 0;
      padding: 0.7em 0.85em;
      color: var(--_ink-soft);
    }

    @media print {
      .scroller { height: auto; overflow: visible; }
      button { display: none; }
    }
  `];
}

define('cc-data-table', DataTable);
