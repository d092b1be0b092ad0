// A chart as its user has it: the feed's rows and option through a filter, or the past instead of them, and
// the views that draw it. Several of the same id share one feed; each has its own filter, past and pause.
//
// Whether it is sent anything: not while it is paused, not while the page is hidden, and not while all its
// views are out of sight. Without a view it is on, for whoever listens or reads its rows.

import type { Connection } from './connection.js';
import { csvOf } from './csv.js';
import { ChartcastError } from './error.js';
import { Listeners } from './events.js';
import type { Off } from './events.js';
import type { Feed, Watcher } from './feed.js';
import { filtered } from './filter.js';
import { offFrame, onFrame } from './frame.js';
import { materialise, resolved, titleOf } from './materialise.js';
import type { Source } from './materialise.js';
import type { Asker } from './api.js';
import { objectsOf } from './table.js';
import type {
  ChartEvents, ChartOptions, ChartState, ChartStatus, ChartView, LiveChart, MountOptions, Option, Row, RowFilter, Time,
  UpdateEvent,
} from './types.js';
import { View } from './view.js';
import { pageHidden, onPageHidden } from './visibility.js';

/** What a chart needs of the cast that made it. */
export interface ChartHost {
  readonly connection: Connection;
  readonly api: Asker;
  readonly locale: string;
  readonly echarts: unknown;
  forget(chart: Chart): void;
}

const REASONS = ['delta', 'snapshot', 'option', 'filter', 'seek'] as const;

export class Chart implements LiveChart, Watcher {
  readonly maxRate: number | undefined;
  readonly #feed: Feed;
  readonly #views = new Set<View>();
  readonly #listeners = new Listeners<ChartEvents>();
  readonly #stopWatchingPage: Off;
  #filter: RowFilter | null = null;
  #past: { at: Date; sources: readonly Source[] } | null = null;
  /** Counts what was sought: an answer that comes late is of no use. */
  #seeks = 0;
  #paused = false;
  /** Something has changed while it was paused: another chart of this id may be on. */
  #missed = false;
  #destroyed = false;
  #waiting: { resolve(): void; reject(error: Error): void }[] = [];
  #said: ChartState;
  #pending: { datasets: Set<string>; reason: UpdateEvent['reason'] } | null = null;
  #resolved: { of: Option; option: Option } | null = null;
  #filtered = new Map<string, { of: readonly unknown[]; filter: RowFilter | null; source: Source }>();
  readonly #tell = (): void => this.#tellPending();

  constructor(readonly id: string, { maxRate }: ChartOptions, readonly host: ChartHost) {
    this.maxRate = typeof maxRate === 'number' && maxRate > 0 ? maxRate : undefined;
    this.#feed = host.connection.feed(id);
    this.#feed.watchers.add(this);
    this.#stopWatchingPage = onPageHidden(() => this.#wantsChanged());
    this.#said = this.state;
    // What another one of this id has been told is news for this one, too.
    if (this.#feed.option) this.#changed({ datasets: this.datasets, reason: 'snapshot' });
    host.connection.wantsChanged();
  }

  // ---- What is shown

  get state(): ChartState {
    const { link } = this.host.connection;
    const feed = this.#feed;
    const asOf = this.#past?.at ?? (feed.fresh.asOf > 0 ? new Date(feed.fresh.asOf) : null);
    const [status, code] = this.#status(link.status);
    return { status, asOf, paused: !this.wanted, ...(code === undefined ? {} : { code }) };
  }

  get option(): Option | null {
    const template = this.template;
    return template && materialise(template, this.sources());
  }

  get title(): string {
    return titleOf(this.#feed.option).text || this.id;
  }

  get datasets(): readonly string[] {
    return this.#feed.datasets;
  }

  rows(dataset = this.datasets[0]): Row[] {
    const source = this.#source(dataset);
    return source ? objectsOf(source.dims, source.rows) : [];
  }

  fields(dataset = this.datasets[0]): string[] {
    return [...(this.#source(dataset)?.dims ?? [])];
  }

  csv(dataset = this.datasets[0]): string {
    const source = this.#source(dataset);
    return source ? csvOf(source.dims, source.rows) : '';
  }

  /** The option without rows, `$`-keys resolved; the same object until it is another. */
  get template(): Option | null {
    const { option } = this.#feed;
    if (!option) return null;
    if (this.#resolved?.of !== option) this.#resolved = { of: option, option: resolved(option, this.host.locale) };
    return this.#resolved.option;
  }

  sources(): Source[] {
    return this.datasets.map((id) => this.#source(id)).filter((source) => source !== undefined);
  }

  // ---- What its user wants

  on<Name extends keyof ChartEvents>(event: Name, act: (event: ChartEvents[Name]) => void): Off {
    return this.#listeners.add(event, act);
  }

  mount(element: HTMLElement, options: MountOptions = {}): ChartView {
    if (this.#destroyed) throw new ChartcastError('destroyed', 0);
    const view = new View(this, element, options, {
      visibilityChanged: () => this.#wantsChanged(),
      selected: (event) => this.#listeners.tell('select', event),
      drawn: (event) => this.#listeners.tell('draw', event),
      destroyed: (gone) => {
        this.#views.delete(gone);
        this.#wantsChanged();
      },
    });
    this.#views.add(view);
    this.#wantsChanged();
    return view;
  }

  filter(filter: RowFilter | null): void {
    this.#filter = filter;
    this.#changed({ datasets: this.datasets, reason: 'filter' });
  }

  async seek(time: Time): Promise<void> {
    const seek = ++this.#seeks;
    const [{ rowsAt, timeOf }] = await Promise.all([import('./history.js'), this.#known()]);
    const at = timeOf(time);
    if (this.#feed.isRaw) throw new ChartcastError('no_history', 0, 'A raw chart has no history.');
    const answers = await Promise.all(this.datasets.map((id) =>
      rowsAt(this.host.api, id, at, this.#liveSource(id)?.dims ?? [])));
    if (seek !== this.#seeks || this.#destroyed) return;
    this.#past = { at, sources: answers };
    this.#changed({ datasets: this.datasets, reason: 'seek' });
    this.stateChanged();
  }

  live(): void {
    this.#seeks += 1;
    if (!this.#past) return;
    this.#past = null;
    this.#changed({ datasets: this.datasets, reason: 'seek' });
    this.stateChanged();
  }

  async history(): Promise<{ from: Date; to: Date } | null> {
    const [{ history }] = await Promise.all([import('./history.js'), this.#known()]);
    return history(this.host.api, this.datasets);
  }

  pause(): void {
    this.#paused = true;
    this.#wantsChanged();
  }

  /** Also asks again for a chart that was refused. */
  resume(): void {
    this.#paused = false;
    this.host.connection.retry(this.#feed);
    if (this.#missed) this.#changed({ datasets: this.datasets, reason: 'snapshot' });
    this.#missed = false;
    this.#wantsChanged();
  }

  async png(options: { scale?: number; background?: string } = {}): Promise<Blob> {
    const { png } = await import('./drawing.js');
    return png(this, [...this.#views], options);
  }

  async svg(): Promise<Blob> {
    const { svg } = await import('./drawing.js');
    return svg(this, [...this.#views]);
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#seeks += 1;
    for (const view of [...this.#views]) view.destroy();
    this.#settle();
    this.#stopWatchingPage();
    this.#listeners.clear();
    offFrame(this.#tell);
    this.#feed.watchers.delete(this);
    this.host.connection.wantsChanged();
    this.host.forget(this);
  }

  // ---- What the feed asks and tells

  get wanted(): boolean {
    if (this.#destroyed || this.#paused || pageHidden()) return false;
    return this.#views.size === 0 || [...this.#views].some(({ visible }) => visible);
  }

  updated(event: UpdateEvent): void {
    this.#settle();
    if (this.#paused) this.#missed = true;
    // The past stays as it is; a new template is news for it, too.
    else if (!this.#past || event.reason === 'option') this.#changed(event);
  }

  stateChanged(): void {
    this.#settle();
    const before = this.#said;
    const { status, code, paused, asOf } = this.state;
    if (before.status !== status || before.code !== code || before.paused !== paused) this.#tellState();
    else if (before.asOf?.getTime() !== asOf?.getTime()) onFrame(this.#tell);
  }

  #status(connection: string): [ChartStatus, string?] {
    const feed = this.#feed;
    if (this.#past) return ['replay'];
    if (feed.refusal !== undefined) return ['refused', feed.refusal];
    if (connection === 'refused') return ['refused', this.host.connection.link.code];
    if (connection === 'disconnected' || connection === 'closed') return ['disconnected'];
    if (feed.option === null || connection !== 'connected' || (!feed.current && this.wanted)) return ['connecting'];
    const { state } = feed.fresh;
    return [state === 'stale' || state === 'source_error' || state === 'degraded' ? state : 'live'];
  }

  /** Resolves when the server has said which datasets there are; rejects when it refuses. */
  #known(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#waiting.length === 0) return;
    const [status, code] = this.#destroyed ? ['refused' as const, 'destroyed'] : this.#status(this.host.connection.link.status);
    if (status === 'refused') this.#waiting.splice(0).forEach(({ reject }) => reject(new ChartcastError(code ?? status, 0)));
    else if (this.#feed.option) this.#waiting.splice(0).forEach(({ resolve }) => resolve());
  }

  #source(dataset: string | undefined): Source | undefined {
    if (dataset === undefined) return undefined;
    const source = this.#past ? this.#past.sources.find(({ id }) => id === dataset) : this.#liveSource(dataset);
    if (!source) return undefined;
    const kept = this.#filtered.get(dataset);
    if (kept?.of === source.rows && kept.filter === this.#filter) return kept.source;
    const rows = filtered(source.dims, source.rows, this.#filter);
    const made = { ...source, rows };
    this.#filtered.set(dataset, { of: source.rows, filter: this.#filter, source: made });
    return made;
  }

  #liveSource(id: string): Source | undefined {
    const table = this.host.connection.table(id);
    return table && { id, dims: table.dims, rows: table.rows };
  }

  #wantsChanged(): void {
    this.host.connection.wantsChanged();
    this.stateChanged();
  }

  #changed({ datasets, reason }: UpdateEvent): void {
    const pending = this.#pending ?? { datasets: new Set(), reason };
    datasets.forEach((id) => pending.datasets.add(id));
    if (REASONS.indexOf(reason) > REASONS.indexOf(pending.reason)) pending.reason = reason;
    this.#pending = pending;
    onFrame(this.#tell);
    for (const view of this.#views) view.changed();
  }

  #tellPending(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#listeners.tell('update', { datasets: [...pending.datasets], reason: pending.reason });
    if (!this.#destroyed) this.#tellState();
  }

  #tellState(): void {
    const { status, code, paused, asOf } = this.#said;
    const state = this.state;
    if (status === state.status && code === state.code && paused === state.paused
      && asOf?.getTime() === state.asOf?.getTime()) return;
    this.#said = state;
    this.#listeners.tell('state', state);
  }
}
