// <cc-panel-grid>: the charts of a dashboard in their places, each with the rows that are chosen. Sends `cc-click`
// {panel, select} for items of panels that do something with it, and `cc-summary` of how all charts are.

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import type { ChartState, Dashboard, Panel, RowFilter, SelectEvent } from '../../sdk/src/types.js';
import type { Wanted } from '../casts.js';
import { isoTime } from '../formats.js';
import type { LiveChartElement } from '../live_chart.js';
import '../live_chart.js';
import { define } from '../parts/define.js';
import { base } from '../tokens.js';
import type { Choices } from './choices.js';
import { chosenIn } from './drill_down.js';
import { Highlights } from './highlights.js';
import { placed, rowCount, type Placed } from './layout.js';
import { gridStyles } from './panel_grid_styles.js';
import { isMovingFilter, rowFilter } from './row_filter.js';
import { summaryOf, type Summary } from './summary.js';
import type { Theme } from './tools.js';

export interface PanelClick {
  readonly panel: Panel;
  readonly select: SelectEvent;
}

const MOVES_MS = 10_000;

export class PanelGrid extends LitElement {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) choices: Choices = new Map();
  /** Who is asked for what the charts show. */
  @property({ attribute: false }) wanted!: Wanted;
  /** What is shown, in milliseconds; null is live. */
  @property({ attribute: false }) at: number | null = null;
  @property() theme: Theme = 'auto';
  /** Of the charts' titles. */
  @property() heading = 'h2';
  /** What charts are called until they say so themselves, as those below the window. */
  @property({ attribute: false }) titles: ReadonlyMap<string, string> = new Map();

  private places: readonly Placed[] = [];
  private filters = new Map<Panel, RowFilter | null>();
  private readonly states = new Map<Panel, ChartState>();
  private readonly highlights = new Highlights();
  private mover: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeprint', this.onPrint);
    addEventListener('afterprint', this.onPrint);
    this.mover = setInterval(() => this.moveFilters(), MOVES_MS);
  }

  override disconnectedCallback(): void {
    removeEventListener('beforeprint', this.onPrint);
    removeEventListener('afterprint', this.onPrint);
    clearInterval(this.mover);
    this.highlights.clear();
    super.disconnectedCallback();
  }

  /** In reading order. */
  get charts(): LiveChartElement[] {
    return [...this.renderRoot.querySelectorAll<LiveChartElement>('live-chart')];
  }

  /** Those that the server has answered. Charts below the window ask nothing before they are seen. */
  get knownCharts(): LiveChartElement[] {
    return this.charts.filter(({ handle }) => handle && handle.datasets.length > 0);
  }

  /** From when to when the charts that are known have a past: as far as any of them. */
  async history(): Promise<{ from: Date; to: Date } | null> {
    // A chart that is refused, or keeps none, has no past; the others may.
    const asked = this.knownCharts.map(({ handle }) => handle?.history().catch(() => null));
    const known = (await Promise.all(asked)).filter((range) => range !== null && range !== undefined);
    if (known.length === 0) return null;
    return {
      from: new Date(Math.min(...known.map(({ from }) => from.getTime()))),
      to: new Date(Math.max(...known.map(({ to }) => to.getTime()))),
    };
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('dashboard')) {
      this.places = placed(this.dashboard.panels);
      this.states.clear();
    }
    if (changed.has('dashboard') || changed.has('choices') || changed.has('at')) this.makeFilters();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('dashboard')) this.place();
    this.highlights.show(this.charts);
  }

  override render() {
    return html`
      <div class="grid">
        ${repeat(this.places, ({ panel }) => `${panel.chart} ${panel.at}`, (place) => this.chart(place))}
      </div>`;
  }

  private chart({ panel, isNarrow }: Placed) {
    const { origin, token, tokenUrl, locale } = this.wanted;
    return html`
      <live-chart class=${isNarrow ? 'narrow' : 'wide'}
        chart=${panel.chart} .label=${this.titles.get(panel.chart) ?? ''} origin=${origin} .token=${token}
        token-url=${tokenUrl ?? nothing} locale=${locale}
        theme=${this.theme} heading=${this.heading} at=${isoTime(this.at) ?? nothing}
        .filter=${this.filters.get(panel) ?? null} ?selectable=${panel.on_click !== undefined}
        .chosen=${chosenIn(this.dashboard, panel, this.choices)}
        @cc-update=${() => this.highlights.show(this.charts)}
        @cc-state=${(event: CustomEvent<ChartState>) => this.onState(panel, event.detail)}
        @cc-select=${(event: CustomEvent<SelectEvent>) => this.onSelect(panel, event.detail)}></live-chart>`;
  }

  /** By hand: a style attribute in a template is one that the Content-Security-Policy of our pages forbids. */
  private place(): void {
    this.style.setProperty('--rows-of-grid', String(Math.max(1, rowCount(this.dashboard.panels))));
    this.charts.forEach(({ style }, at) => {
      const { column, row, rows } = this.places[at];
      style.setProperty('--column', column);
      style.setProperty('--row-of', row);
      style.setProperty('--rows', String(rows));
    });
  }

  private makeFilters(): void {
    const now = () => this.at ?? Date.now();
    this.filters = new Map(this.dashboard.panels.map((panel) => (
      [panel, rowFilter(this.dashboard, panel, this.choices, now)])));
  }

  /** A span of time that ends now admits other rows by now, also when nothing comes. */
  private moveFilters(): void {
    if (this.at !== null || !isMovingFilter(this.dashboard, this.choices)) return;
    this.makeFilters();
    this.requestUpdate();
  }

  private onState(panel: Panel, state: ChartState): void {
    this.states.set(panel, state);
    this.dispatchEvent(new CustomEvent<Summary>('cc-summary', { detail: summaryOf(this.states.values()) }));
  }

  private onSelect(panel: Panel, select: SelectEvent): void {
    if (panel.on_click) this.dispatchEvent(new CustomEvent<PanelClick>('cc-click', { detail: { panel, select } }));
  }

  /** Paper has a width of its own, and is printed before anybody hears of a resize. */
  private readonly onPrint = (event: Event): void => {
    this.classList.toggle('printing', event.type === 'beforeprint');
    for (const chart of this.charts) chart.view?.resize();
  };

  static override styles = [base, gridStyles];
}

define('cc-panel-grid', PanelGrid);
