// <live-chart>: a chart of the server on any page, with its title, how current it is, its table and its menu.
// The SDK brings and draws the data (chart_session.ts); here is what stands around the drawing.
//
//   attributes  chart origin token token-url theme locale max-rate table at heading; all but token reflected
//   properties  the same in camel case; filter; handle, the LiveChart of the SDK, and view, its drawing; selectable,
//               the rows of the table can be picked like items of the drawing, and chosen, those that are
//   events      cc-update cc-state cc-select, as the SDK has them; they bubble out of shadow roots
//   slots       title, empty, footer
//   parts       card, header, title, stage, footer

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import type {
  ChartState, ChartView, DrawEvent, LiveChart, Row, RowFilter, SelectEvent, Time, TokenSource, UpdateEvent,
} from '../sdk/src/types.js';
import { originOf } from './casts.js';
import { menuItems, share, sharedAddress } from './chart_actions.js';
import { ChartSession } from './chart_session.js';
import { ChartVoice } from './chart_voice.js';
import { isoTime, localeOf } from './formats.js';
import { liveChartStyles } from './live_chart_styles.js';
import { headerTemplate, stageTemplate, toolsTemplate, type Shown } from './live_chart_view.js';
import type { Announcer } from './parts/announcer.js';
import './parts/announcer.js';
import type { Chosen } from './parts/data_table.js';
import { define } from './parts/define.js';
import './parts/menu.js';
import './parts/notice.js';
import './parts/state_mark.js';
import type { Toast } from './parts/toast.js';
import './parts/toast.js';
import { isEmpty } from './table_data.js';
import { base, buttons, tokens } from './tokens.js';
import { refusalText, wordsFor, type Words } from './words/words.js';

const CHART_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** What stands around a drawing follows it at this pace. */
const REDRAW_MS = 250;

/** Events of the element bubble, also out of shadow roots. */
const TOLD = { bubbles: true, composed: true };

const BEFORE: ChartState = { status: 'connecting', asOf: null, paused: false };

export type ElementTheme = 'auto' | 'light' | 'dark';
const THEMES: readonly string[] = ['auto', 'light', 'dark'];

/** A time in an attribute is ISO 8601. */
const timeConverter = {
  fromAttribute: (text: string | null): Time | null => text,
  toAttribute: (time: Time | null) => (typeof time === 'string' ? time : isoTime(time)),
};

export class LiveChartElement extends LitElement {
  @property({ reflect: true }) chart = '';
  @property({ reflect: true }) origin = '';
  @property() token: TokenSource | null = null;
  @property({ attribute: 'token-url', reflect: true }) tokenUrl: string | null = null;
  @property({ reflect: true }) theme: ElementTheme = 'auto';
  @property({ reflect: true }) locale: string | null = null;
  @property({ attribute: 'max-rate', type: Number, reflect: true }) maxRate: number | null = null;
  @property({ type: Boolean, reflect: true }) table = false;
  @property({ reflect: true }) heading = 'h2';
  /** The time that is shown; null is live. */
  @property({ reflect: true, converter: timeConverter }) at: Time | null = null;
  @property({ attribute: false }) filter: RowFilter | null = null;
  /** What it is called until its title is known. */
  @property() label = '';
  @property({ type: Boolean }) selectable = false;
  @property({ attribute: false }) chosen: Chosen | null = null;

  @state() private configuredTitle = '';
  @state() private chartState: ChartState = BEFORE;
  /** Data have been here, and: they have been drawn. */
  @state() private known = false;
  @state() private drawn = false;
  /** The drawing library has thrown at its option. */
  @state() private undrawable = false;
  @state() private failure = '';
  @state() private tableShown: boolean | null = null;
  @state() private tableOf: string | undefined;
  @state() private timeLineShown = false;

  @query('.drawing') private drawing!: HTMLElement;
  @query('cc-announcer') private announcer!: Announcer;
  @query('cc-toast') private toast!: Toast;
  private tableParts: typeof import('./live_chart_table.js') | null = null;
  private session: ChartSession | null = null;
  private mustOpen = false;
  private redrawing: ReturnType<typeof setTimeout> | undefined;
  private voice: ChartVoice | null = null;

  /** The chart of the SDK; null without a chart that has a name. */
  get handle(): LiveChart | null {
    return this.session?.chart ?? null;
  }

  get view(): ChartView | null {
    return this.session?.view ?? null;
  }

  // ---- Life

  override connectedCallback(): void {
    super.connectedCallback();
    this.mustOpen = true;
    this.requestUpdate();
    this.addEventListener('fullscreenchange', this.onFullScreen);
  }

  override disconnectedCallback(): void {
    this.close();
    this.removeEventListener('fullscreenchange', this.onFullScreen);
    super.disconnectedCallback();
  }

  override firstUpdated(): void {
    // The SDK draws when the chart is first seen and what draws it is loaded.
    const look = () => { this.drawn = this.drawing.childElementCount > 0; };
    new MutationObserver(look).observe(this.drawing, { childList: true });
  }

  override updated(changed: PropertyValues<this>): void {
    const asked = ['chart', 'origin', 'token', 'tokenUrl', 'locale', 'maxRate'] as const;
    if (this.mustOpen || asked.some((name) => changed.has(name))) this.open();
    else {
      if (changed.has('theme')) this.session?.view?.setTheme(this.look);
      if (changed.has('filter')) this.session?.filter(this.filter);
      if (changed.has('at')) void this.goTo(this.at);
    }
  }

  private open(): void {
    this.close();
    this.mustOpen = false;
    if (!this.isConnected || !this.chart) return;
    if (!CHART_ID.test(this.chart)) {
      this.failure = 'bad_id';
      return;
    }
    const { chart, token, tokenUrl, maxRate, server: origin } = this;
    if (origin === null) {
      this.failure = 'bad_origin';
      return;
    }
    this.session = new ChartSession({ chart, origin, token, tokenUrl, maxRate, locale: this.language }, {
      update: (event) => this.onUpdate(event),
      state: (state) => this.onState(state),
      select: (event) => this.tell('cc-select', event),
      draw: (event) => this.onDraw(event),
    });
    this.voice = new ChartVoice(this, this.announcer, this.language);
    if (this.filter) this.session.filter(this.filter);
    this.session.mount(this.drawing, this.look);
    this.onState(this.session.chart.state);
    if (this.at !== null) void this.goTo(this.at);
  }

  private close(): void {
    clearTimeout(this.redrawing);
    this.redrawing = undefined;
    this.session?.close();
    this.session = null;
    this.voice?.close();
    this.voice = null;
    this.chartState = BEFORE;
    this.known = false;
    this.undrawable = false;
    this.configuredTitle = '';
    this.failure = '';
  }

  private async goTo(time: Time | null): Promise<void> {
    const { session } = this;
    if (!session) return;
    try {
      await session.goTo(time);
    } catch (error) {
      if (session !== this.session) return;
      this.say(refusalText((error as { code?: string }).code, this.words));
      this.at = null;
    }
  }

  // ---- What the SDK says

  private onUpdate(event: UpdateEvent): void {
    // A filter is an update also before there is anything to filter.
    if (!this.handle?.option) return;
    if (this.known) this.redrawSoon();
    else this.redraw();
    if (!this.known && !this.label && this.handle.title === this.chart) void this.askTitle();
    this.known = true;
    this.tell('cc-update', event);
  }

  /** A published option need not have a title; the configuration may. */
  private async askTitle(): Promise<void> {
    const { session } = this;
    const title = await session?.configuredTitle().catch(() => undefined);
    if (session === this.session) this.configuredTitle = title ?? '';
  }

  private redrawSoon(): void {
    this.redrawing ??= setTimeout(() => this.redraw(), REDRAW_MS);
  }

  private redraw(): void {
    this.redrawing = undefined;
    if (!this.session) return;
    this.chartState = this.session.chart.state;
    this.voice?.values(this.session.chart);
    this.requestUpdate();
  }

  private onState(state: ChartState): void {
    const { status, code, paused } = this.chartState;
    // With each change of rows comes a state that is younger and otherwise the same.
    if (state.status === status && state.code === code && state.paused === paused) this.redrawSoon();
    else {
      this.voice?.state(this.chartState, state, this.shownTitle);
      this.chartState = state;
    }
    this.tell('cc-state', state);
  }

  private onDraw(event: DrawEvent): void {
    this.undrawable = event.error !== null;
    this.tell('cc-draw', event);
  }

  private tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, ...TOLD }));
  }

  // ---- What the reader does

  private async onChoose({ detail: id }: CustomEvent<string>): Promise<void> {
    const chart = this.handle;
    if (id === 'table') this.toggleTable();
    else if (id === 'time') await this.toggleTimeLine();
    else if (id === 'full') await this.toggleFullScreen();
    else if (id === 'share') {
      const past = this.chartState.status === 'replay' ? this.chartState.asOf : null;
      this.say(await share(sharedAddress(this.server!, this.chart, past), this.words.done));
    } else if (chart) {
      await import('./saving.js').then(({ save }) => save(id, chart, this.language))
        .catch(() => this.say(this.words.done.export_failed));
    }
  }

  private toggleTable(): void {
    this.tableShown = !this.showsTable;
  }

  /** A page that has a time line of its own prevents the default. */
  private async toggleTimeLine(): Promise<void> {
    if (this.timeLineShown) {
      this.timeLineShown = false;
      this.at = null;
    } else if (this.dispatchEvent(new CustomEvent('cc-time-travel', { ...TOLD, cancelable: true }))) {
      if (await this.history().catch(() => null)) {
        this.timeLineShown = true;
        void import('./parts/time_scrubber.js');
      } else this.say(this.words.refusal.no_history);
    }
  }

  private async toggleFullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen().catch(() => undefined);
  }

  private pick(row: Row): void {
    const dataset = this.tableOf ?? this.handle?.datasets[0] ?? null;
    this.tell('cc-select', { row, dataset, name: '', value: null, seriesId: null } satisfies SelectEvent);
  }

  private readonly onFullScreen = (): void => this.requestUpdate();

  private onSeek(event: CustomEvent<{ time: Date | null }>): void {
    event.stopPropagation();
    this.at = event.detail.time;
  }

  private say(text: string): void {
    this.toast?.show(text);
    this.announcer?.say(text);
  }

  // ---- What is shown

  private get language(): string {
    return localeOf(this.locale);
  }

  /** Null for an `origin` that is none. */
  private get server(): string | null {
    return originOf(this.origin);
  }

  private get look(): ElementTheme {
    return THEMES.includes(this.theme) ? this.theme : 'auto';
  }

  private get words(): Words {
    return wordsFor(this.language);
  }

  private get shownTitle(): string {
    const title = this.handle?.title;
    const named = title === this.chart ? this.label || this.configuredTitle : '';
    return named || title || this.chart || this.words.chart.label;
  }

  private get showsTable(): boolean {
    return this.tableShown ?? this.table;
  }

  /** What the time line stands at. */
  private get shownTime(): number | null {
    const time = isoTime(this.at);
    return time === null ? null : Date.parse(time);
  }

  private readonly history = async () => this.handle?.history() ?? null;

  private shown(): Shown {
    const { words, language: locale, shownTitle: title, chartState: state, known, drawn, undrawable, failure } = this;
    const option = this.handle?.option ?? null;
    const named = title !== this.chart;
    const empty = option !== null && isEmpty(option);
    return { words, locale, title, named, option, state, known, drawn, undrawable, failure, empty };
  }

  private get picking() {
    const { selectable, chosen } = this;
    return { selectable, chosen, pick: ({ detail: row }: CustomEvent<Row>) => this.pick(row) };
  }

  private menu(datasets: readonly string[]) {
    return menuItems(this.words.menu, {
      datasets,
      known: this.known,
      tableShown: this.showsTable,
      timeLineShown: this.timeLineShown,
      fullScreen: this.matches(':fullscreen'),
    });
  }

  /** Its parts are loaded when it is first shown. */
  private renderTable(locale: string) {
    if (!this.tableParts) {
      void import('./live_chart_table.js').then((parts) => {
        this.tableParts = parts;
        this.requestUpdate();
      }, () => undefined);
    }
    return this.tableParts && this.handle
      ? this.tableParts.tableTemplate(this.handle, locale, this.tableOf, ({ detail }) => { this.tableOf = detail; },
        this.picking)
      : nothing;
  }

  override render() {
    const shown = this.shown();
    const { words, locale } = shown;
    const datasets = this.handle?.datasets ?? [];
    const toggle = { shown: this.showsTable, visible: this.table, act: () => this.toggleTable() };
    const tools = toolsTemplate(shown, this.menu(datasets), toggle, (event) => void this.onChoose(event));
    return html`
      <section class="card" part="card" lang=${locale} aria-label=${shown.title}>
        <button type="button" class="plain skip" @click=${toggle.act}>
          ${toggle.shown ? words.menu.hide_table : words.menu.show_table}
        </button>
        <div class="inside">
          ${headerTemplate(shown, this.heading, tools)}
          <div class="content">
            ${stageTemplate(shown, () => this.session?.retry())}
            ${toggle.shown ? html`<div class="data">${this.renderTable(locale)}</div>` : nothing}
          </div>
          ${this.timeLineShown ? html`
            <cc-time-scrubber .locale=${locale} .at=${this.shownTime} .history=${this.history}
              @cc-seek=${this.onSeek}></cc-time-scrubber>` : nothing}
          <div class="below" part="footer"><slot name="footer"></slot></div>
        </div>
        <cc-toast></cc-toast>
        <cc-announcer></cc-announcer>
      </section>`;
  }

  static override styles = [tokens, base, buttons, liveChartStyles];
}

define('live-chart', LiveChartElement);

declare global {
  interface HTMLElementTagNameMap {
    'live-chart': LiveChartElement;
  }
}
