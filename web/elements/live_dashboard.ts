// <live-dashboard>: the charts of a dashboard in their places, what is chosen of its variables, and the past of
// all of them together. The charts are <live-chart>; everything else of it is in dashboard/.
//
//   attributes  dashboard (several with commas: shown in turn) origin token token-url theme locale at kiosk rotate
//               heading address; all but token reflected
//   properties  the same in camel case; choices, what is chosen of the variables; definition, what the server says
//   events      cc-summary {mark, asOf} of all charts, cc-choices, cc-view after dashboard, theme or kiosk changed;
//               cc-open {dashboard, choices} before a click leads to another dashboard: it can be prevented
//   slots       lead, between the title and the charts
//   parts       title, grid

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import type { Dashboard, Time, TokenSource } from '../sdk/src/types.js';
import { originOf, type Wanted } from './casts.js';
import { choicesOfAddress, keepInAddress, momentOfAddress, sharedView } from './dashboard/address.js';
import { toggled, withChoice, type Choices } from './dashboard/choices.js';
import { DashboardSession } from './dashboard/dashboard_session.js';
import { dashboardStyles } from './dashboard/dashboard_styles.js';
import { choicesFor, clickedValue, variableOf } from './dashboard/drill_down.js';
import { headTemplate, placeholderTemplate } from './dashboard/dashboard_view.js';
import { Kiosk } from './dashboard/kiosk.js';
import { momentOf } from './dashboard/moment.js';
import './dashboard/panel_grid.js';
import type { PanelClick, PanelGrid } from './dashboard/panel_grid.js';
import { periodOf, Rotation, showFirstPart, showNextPart } from './dashboard/rotation.js';
import type { Summary } from './dashboard/summary.js';
import type { Theme, Tool } from './dashboard/tools.js';
import { variableLabel, type VariableChoice } from './dashboard/variable_bar.js';
import { dashboardWords } from './dashboard/words.js';
import { isoTime, localeOf } from './formats.js';
import { share } from './chart_actions.js';
import { inLanguage } from './languages.js';
import type { Announcer } from './parts/announcer.js';
import './parts/announcer.js';
import { define } from './parts/define.js';
import { icons } from './parts/icons.js';
import './parts/time_scrubber.js';
import type { Toast } from './parts/toast.js';
import './parts/toast.js';
import { base, buttons, tokens } from './tokens.js';
import { fill, wordsFor } from './words/words.js';

const DASHBOARD_ID = /^[A-Za-z0-9_-]{1,64}$/;
const BEFORE: Summary = { mark: 'waiting', asOf: null };

export class LiveDashboardElement extends LitElement {
  @property({ reflect: true }) dashboard = '';
  @property({ reflect: true }) origin = '';
  @property() token: TokenSource | null = null;
  @property({ attribute: 'token-url', reflect: true }) tokenUrl: string | null = null;
  /** As the dashboard says where it is empty. */
  @property({ reflect: true }) theme: Theme | '' = '';
  @property({ reflect: true }) locale: string | null = null;
  /** The time that is shown; null is live. */
  @property({ reflect: true, converter: {
    fromAttribute: (text) => text, toAttribute: (time: Time | null) => isoTime(momentOf(time)),
  } }) at: Time | null = null;
  @property({ type: Boolean, reflect: true }) kiosk = false;
  @property({ reflect: true }) rotate: string | null = null;
  @property({ reflect: true }) heading = 'h2';
  /** What is chosen, and the time, are kept in the address of the page, and taken from there. */
  @property({ type: Boolean, reflect: true }) address = false;
  @property({ attribute: false }) choices: Choices = new Map();

  @state() definition: Dashboard | null = null;
  @state() private failure: { code: string | undefined } | null = null;
  @state() private summary = BEFORE;
  @state() private hasPast = false;
  @state() private timeLine = false;
  @state() private turn = 0;

  @query('cc-panel-grid') private grid!: PanelGrid | null;
  @query('cc-announcer') private announcer!: Announcer;
  @query('cc-toast') private toast!: Toast;
  private session: DashboardSession | null = null;
  private mustOpen = true;
  /** How many charts were known when a past was looked for last. */
  private lookedAt = 0;
  /** What a dashboard begins with to which a click led. */
  private brought: Choices | null = null;
  private readonly rotation = new Rotation(this, () => this.showNext());
  private readonly screen = new Kiosk(this);

  // ---- Life

  override connectedCallback(): void {
    super.connectedCallback();
    this.mustOpen = true;
    this.requestUpdate();
    if (this.address) this.at = momentOfAddress() ?? this.at;
  }

  override disconnectedCallback(): void {
    this.close();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.rotation.every(periodOf(this.rotate));
    const asked = ['dashboard', 'origin', 'token', 'tokenUrl', 'locale', 'turn'];
    if (this.mustOpen || asked.some((name) => (changed as Map<PropertyKey, unknown>).has(name))) this.open();
  }

  override updated(changed: PropertyValues<this>): void {
    if (this.address && this.definition && (changed.has('choices') || changed.has('at'))) {
      keepInAddress(this.choices, this.moment);
    }
    if (changed.has('choices')) this.tell('cc-choices', this.choices);
    if (changed.has('definition') || changed.has('theme') || changed.has('kiosk')) this.tell('cc-view', null);
  }

  private open(): void {
    this.close();
    this.mustOpen = false;
    const id = this.shownId;
    if (!this.isConnected || id === undefined) return;
    const { wanted } = this;
    if (!wanted || !DASHBOARD_ID.test(id)) {
      this.failure = { code: wanted ? 'bad_id' : 'bad_origin' };
      return;
    }
    this.session = new DashboardSession(wanted, id, {
      known: (dashboard) => this.know(dashboard),
      failed: (code) => { this.failure = { code }; },
      values: () => this.requestUpdate(),
    });
  }

  private close(): void {
    this.session?.close();
    this.session = null;
    this.definition = null;
    this.failure = null;
    this.summary = BEFORE;
  }

  private know(dashboard: Dashboard): void {
    this.failure = null;
    if (!this.definition || this.definition.id !== dashboard.id) {
      this.choices = this.brought ?? (this.address ? choicesOfAddress(dashboard.variables) : this.choices);
      this.brought = null;
      this.hasPast = false;
      this.lookedAt = 0;
    }
    this.definition = this.session?.dashboard ?? dashboard;
    void this.lookForPast();
  }

  private async lookForPast(): Promise<void> {
    const { session } = this;
    await this.updateComplete;
    const range = await this.history();
    if (session !== this.session || !range) return;
    this.hasPast = true;
    if (this.moment !== null) this.timeLine = true;
  }

  // ---- What the reader does

  private choose(choices: Choices, name: string): void {
    this.choices = choices;
    const variable = variableOf(this.definition!, name);
    if (!variable) return;
    const words = dashboardWords(this.language).announcement;
    const values = choices.get(name)?.values.join(', ');
    const label = variableLabel(variable, this.language);
    this.announcer?.say(fill(values ? words.filtered : words.unfiltered, { label, values: values ?? '' }));
  }

  private readonly onChoice = ({ detail: { name, values } }: CustomEvent<VariableChoice>): void =>
    this.choose(withChoice(this.choices, name, { values }), name);

  private async onClick({ detail: { panel, select } }: CustomEvent<PanelClick>): Promise<void> {
    const { set, open } = panel.on_click!;
    if (open) {
      await this.drillDown(open, { panel, select });
      return;
    }
    const variable = variableOf(this.definition!, set);
    const value = clickedValue(select, variable);
    if (variable && value !== undefined) this.choose(toggled(this.choices, variable, value, panel.chart), variable.name);
  }

  private async drillDown(id: string, { panel, select }: PanelClick): Promise<void> {
    const target = await this.session?.other(id).catch(() => null);
    const choices = target ? choicesFor(target, panel, select, this.choices) : new Map();
    const event = new CustomEvent('cc-open', {
      detail: { dashboard: id, choices }, bubbles: true, composed: true, cancelable: true,
    });
    if (!this.dispatchEvent(event)) return;
    this.brought = choices;
    this.dashboard = id;
  }

  private async onTool({ detail: tool }: CustomEvent<Tool>): Promise<void> {
    switch (tool) {
      case 'time_travel': this.toggleTimeLine(); break;
      case 'share': this.say(await share(this.link, wordsFor(this.language).done)); break;
      case 'full_screen': await this.screen.toggleFullScreen(); break;
      case 'kiosk': await this.screen.enter(); break;
      case 'print': print(); break;
      default: this.theme = tool;
    }
  }

  private readonly history = async () => this.grid?.history() ?? null;

  private toggleTimeLine(): void {
    this.timeLine = !this.timeLine;
    if (!this.timeLine) this.at = null;
  }

  private readonly onTimeTravel = (event: Event): void => {
    event.preventDefault();
    this.timeLine = true;
  };

  private readonly onSeek = (event: CustomEvent<{ time: Date | null }>): void => {
    event.stopPropagation();
    this.at = event.detail.time;
  };

  private showNext(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const behavior = still ? 'auto' : 'smooth';
    if (showNextPart(this.grid?.charts ?? [], behavior)) return;
    showFirstPart(behavior);
    if (this.ids.length > 1) this.turn += 1;
  }

  private say(text: string): void {
    this.toast?.show(text);
    this.announcer?.say(text);
  }

  private tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // ---- What is shown

  private get ids(): string[] {
    return this.dashboard.split(',').map((id) => id.trim()).filter(Boolean);
  }

  private get shownId(): string | undefined {
    return this.ids[this.turn % this.ids.length];
  }

  private get language(): string {
    return localeOf(this.locale);
  }

  /** Null when `origin` is none. */
  private get wanted(): Wanted | null {
    const { token, tokenUrl, language: locale } = this;
    const origin = originOf(this.origin);
    return origin === null ? null : { origin, token, tokenUrl, locale };
  }

  private get moment(): number | null {
    return momentOf(this.at);
  }

  private get shownTheme(): Theme {
    return this.theme || this.definition?.theme || 'auto';
  }

  private get link(): string {
    return sharedView(this.wanted?.origin ?? location.origin, this.shownId ?? '', this.choices, this.moment);
  }

  override render() {
    const { definition, language: locale, shownTheme: theme } = this;
    const title = inLanguage(definition?.title, locale) ?? this.shownId ?? '';
    return html`
      <div class="frame ${this.kiosk && this.screen.rests ? 'rests' : ''}" data-theme=${theme}>
        ${this.kiosk ? nothing : headTemplate({
          title, locale, theme, definition, heading: this.heading, summary: this.summary, choices: this.choices,
          past: this.hasPast, timeLine: this.timeLine, fullScreen: this.screen.isFullScreen,
          known: definition !== null || this.failure !== null, values: this.session?.values ?? new Map(),
        }, (event) => void this.onTool(event), this.onChoice)}
        ${this.timeLine && this.session && !this.kiosk ? html`
          <cc-time-scrubber .locale=${locale} .at=${this.moment} .history=${this.history}
            @cc-seek=${this.onSeek}></cc-time-scrubber>` : nothing}
        ${definition && definition.panels.length > 0 ? html`
          <cc-panel-grid part="grid" ?kiosk=${this.kiosk} .dashboard=${definition} .choices=${this.choices}
            .wanted=${this.wanted} .titles=${this.session?.titles ?? new Map()} .at=${this.moment} theme=${theme} heading=${below(this.heading)}
            @cc-click=${this.onClick} @cc-time-travel=${this.onTimeTravel}
            @cc-summary=${({ detail }: CustomEvent<Summary>) => this.onSummary(detail)}></cc-panel-grid>`
          : placeholderTemplate(locale, definition, this.failure, () => this.retry())}
        ${this.screen.canLeave ? html`
          <button type="button" class="icon leave" aria-label=${dashboardWords(locale).tools.leave_kiosk}
            title=${dashboardWords(locale).tools.leave_kiosk} @click=${this.screen.leave}>${icons.close}</button>` : nothing}
        <cc-toast></cc-toast>
        <cc-announcer></cc-announcer>
      </div>`;
  }

  private onSummary(summary: Summary): void {
    const wasLive = this.summary.mark === 'live';
    this.summary = summary;
    this.tell('cc-summary', summary);
    if (this.hasPast) return;
    // A past begins with the first data; and each chart that comes into the window may be the first to have one.
    const hasBegun = !wasLive && summary.mark === 'live';
    const known = this.grid?.knownCharts.length ?? 0;
    if (!hasBegun && known <= this.lookedAt) return;
    this.lookedAt = known;
    void this.lookForPast();
  }

  private retry(): void {
    this.failure = null;
    if (this.session) this.session.retry();
    else this.open();
  }

  static override styles = [tokens, base, buttons, dashboardStyles];
}

/** The level under that of a heading. */
const below = (level: string): string => (/^h[1-5]$/.test(level) ? `h${Number(level[1]) + 1}` : 'h3');

define('live-dashboard', LiveDashboardElement);

declare global {
  interface HTMLElementTagNameMap {
    'live-dashboard': LiveDashboardElement;
  }
}
