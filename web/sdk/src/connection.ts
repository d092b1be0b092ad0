// One connection to a server, shared by everybody on the page who shows it the same token: which charts are
// wanted, what the server has been told of that, and where its messages go. What each chart wants may change
// many times in a turn; the server is told the difference at its end, in as few messages as there are kinds.

import { Feed } from './feed.js';
import { Link } from './link.js';
import type { Answer, LinkOwner } from './link.js';
import { isObject, readChanges, readFresh, readPlace, readRows, textOf } from './protocol.js';
import type { Members, Since } from './protocol.js';
import { Table } from './table.js';
import type { Verdict } from './table.js';
import type { ConnectionStatus, TokenSource, UpdateEvent } from './types.js';

/** As many charts as the server takes of one client. */
const CHARTS_MAX = 64;
/** Without a limit, for charts of a connection whose first charts all had one. */
const FASTEST = 1_000;
const RESYNC_MIN_MS = 500;
const RESYNC_MAX_MS = 30_000;
/** Whoever needed none for so long is well. */
const WELL_MS = 10_000;
/** The server counts what is asked in a second. */
const LIMIT_MS = 1_100;

interface TableUse {
  readonly table: Table;
  /** Told of each change: its ops, or null when all rows are new. */
  readonly taps: Set<(ops: readonly unknown[] | null) => void>;
}

export class Connection implements LinkOwner {
  readonly link: Link;
  readonly #feeds = new Map<string, Feed>();
  readonly #tables = new Map<string, TableUse>();
  readonly #statusListeners = new Set<(status: ConnectionStatus) => void>();
  #flushing = false;
  #warned = false;
  #helloRate: number | undefined;
  /** Charts that the last hello named. */
  #greeted: readonly string[] = [];

  constructor(origin: string, source: TokenSource | undefined, private readonly locale: string) {
    this.link = new Link(origin, source, this);
  }

  onStatus(act: (status: ConnectionStatus) => void): () => void {
    this.#statusListeners.add(act);
    return () => void this.#statusListeners.delete(act);
  }

  /** The chart's feed, for as long as somebody watches it. */
  feed(id: string): Feed {
    const feed = this.#feeds.get(id) ?? new Feed(id);
    this.#feeds.set(id, feed);
    return feed;
  }

  isOpen(id: string): boolean {
    return this.#feeds.get(id)?.demand === 'active';
  }

  table(dataset: string): Table | undefined {
    return this.#tables.get(dataset)?.table;
  }

  tap(dataset: string, act: (ops: readonly unknown[] | null) => void): () => void {
    const { taps } = this.#use(dataset);
    taps.add(act);
    return () => void taps.delete(act);
  }

  /** To be called when somebody wants something else: the server learns it at the end of the turn. */
  wantsChanged(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Asks once more for a chart that was refused, or for all when the connection was. */
  retry(feed: Feed): void {
    this.link.retry();
    if (feed.refusal === undefined) return;
    feed.refusal = undefined;
    feed.stateChanged();
    this.wantsChanged();
  }

  close(): void {
    this.link.close();
    for (const feed of this.#feeds.values()) feed.lose();
    this.#feeds.clear();
    this.#tables.clear();
  }

  // ---- What the server is told

  hello(): Members {
    const feeds = [...this.#feeds.values()].filter((feed) => feed.demand === 'active').slice(0, CHARTS_MAX);
    const rate = feeds[0]?.maxRate;
    const alike = feeds.filter((feed) => feed.maxRate === rate);
    // A rate of the connection counts for all its charts; those with another say so behind it.
    this.#helloRate = alike.length === feeds.length ? rate : undefined;
    const greeted = this.#helloRate === rate ? alike : feeds.filter((feed) => feed.maxRate === undefined);
    this.#greeted = greeted.map(({ id }) => id);
    return {
      chartcast: 1, delta: true, charts: this.#greeted, since: this.#since(greeted), locale: this.locale,
      ...(this.#helloRate === undefined ? {} : { maxRate: this.#helloRate }),
    };
  }

  opened(): void {
    for (const feed of this.#feeds.values()) feed.refusal = undefined;
    for (const id of this.#greeted) {
      const feed = this.#feeds.get(id);
      if (!feed) continue;
      feed.told = 'active';
      feed.toldRate = this.#helloRate;
    }
    // Whoever has gone while the connection was made.
    const gone = this.#greeted.filter((id) => !this.#feeds.has(id));
    if (gone.length > 0) void this.link.ask('chart:unsub', { charts: gone });
    this.#flush();
  }

  renewed(): void {
    for (const feed of this.#feeds.values()) {
      if (feed.refusal !== undefined) this.retry(feed);
    }
  }

  #flush(): void {
    this.#dropUnwatched();
    if ([...this.#feeds.values()].some((feed) => feed.demand === 'active')) this.link.start();
    if (!this.link.open) return;
    const batches = new Map<string, { event: string; rate: number | undefined; feeds: Feed[] }>();
    for (const feed of this.#feeds.values()) {
      const event = this.#eventFor(feed);
      if (!event) continue;
      const rate = event === 'chart:pause' ? undefined : this.#rateOf(feed);
      const name = `${event} ${rate} ${feed.alone ? feed.id : ''}`;
      const batch = batches.get(name) ?? { event, rate, feeds: [] };
      batches.set(name, batch);
      batch.feeds.push(feed);
    }
    for (const { event, rate, feeds } of batches.values()) {
      for (let at = 0; at < feeds.length; at += CHARTS_MAX) this.#tell(event, rate, feeds.slice(at, at + CHARTS_MAX));
    }
  }

  #rateOf(feed: Feed): number | undefined {
    // A limit that the server knows of is lifted by a higher one alone.
    const limited = this.#helloRate !== undefined || feed.toldRate !== undefined;
    return feed.maxRate ?? (limited ? FASTEST : undefined);
  }

  #eventFor(feed: Feed): string | null {
    const { demand, told } = feed;
    if (demand === 'paused') return told === 'active' ? 'chart:pause' : null;
    if (feed.refusal !== undefined) return null;
    if (told === 'none') return 'chart:sub';
    if (told === 'paused') return 'chart:resume';
    return feed.toldRate !== this.#rateOf(feed) ? 'chart:sub' : null;
  }

  #tell(event: string, rate: number | undefined, feeds: readonly Feed[]): void {
    const pausing = event === 'chart:pause';
    const charts = feeds.map(({ id }) => id);
    for (const feed of feeds) {
      feed.told = pausing ? 'paused' : 'active';
      if (!pausing) feed.toldRate = rate;
    }
    const body = pausing ? { charts } : { charts, since: this.#since(feeds), ...(rate === undefined ? {} : { maxRate: rate }) };
    void this.link.ask(event, body).then((answer) => this.#told(event, feeds, answer));
  }

  #told(event: string, feeds: readonly Feed[], { ok, code }: Answer): void {
    if (ok || code === 'lost' || event === 'chart:pause') return;
    if (code === 'timeout') return feeds.forEach((feed) => this.#resync(feed));
    if (code === 'limit') return this.#limited(feeds);
    if (code === 'expired') return feeds.forEach((feed) => feed.refuse(code));
    // To resume, or to get anew, what the server does not know of is to ask for it.
    if (event !== 'chart:sub' && code === 'unknown_chart') {
      feeds.forEach((feed) => { feed.told = 'none'; });
      return this.wantsChanged();
    }
    // Of several charts the answer is the last one's; the others are refused one by one.
    feeds[feeds.length - 1]!.refuse(code);
  }

  #limited(feeds: readonly Feed[]): void {
    for (const feed of feeds) {
      if (feed.alone) {
        feed.refuse('limit');
      } else {
        feed.told = 'none';
        feed.alone = true;
      }
    }
    setTimeout(() => this.wantsChanged(), LIMIT_MS);
  }

  /** Feeds that nobody watches, and tables that no feed draws from. */
  #dropUnwatched(): void {
    const left: string[] = [];
    for (const feed of this.#feeds.values()) {
      if (feed.demand !== 'none') continue;
      if (feed.told !== 'none') left.push(feed.id);
      feed.lose();
      this.#feeds.delete(feed.id);
    }
    for (let at = 0; at < left.length; at += CHARTS_MAX) {
      void this.link.ask('chart:unsub', { charts: left.slice(at, at + CHARTS_MAX) });
    }
    const used = new Set([...this.#feeds.values()].flatMap(({ datasets }) => datasets));
    for (const [id, { taps }] of this.#tables) {
      if (!used.has(id) && taps.size === 0) this.#tables.delete(id);
    }
    if (left.length === 0) return;
    // There may be room now for what was too much.
    for (const feed of this.#feeds.values()) {
      if (feed.refusal === 'limit') this.retry(feed);
    }
  }

  #since(feeds: readonly Feed[]): Since {
    const since: Since = { tpl: {}, ds: {}, raw: {} };
    for (const { id, tpl, raw, option, datasets } of feeds) {
      if (tpl !== undefined && option) since.tpl[id] = tpl;
      if (raw && option) since.raw[id] = raw;
      for (const dataset of datasets) {
        const place = this.table(dataset)?.place;
        if (place) since.ds[dataset] = place;
      }
    }
    return since;
  }

  /** Gets the chart anew; the more often in a row, the later. */
  #resync(feed: Feed): void {
    if (feed.resyncTimer !== undefined || feed.told !== 'active') return;
    // An answer that is sound does not end the row: the gap may be back at once.
    if (performance.now() - feed.resyncedAt > WELL_MS) feed.resyncs = 0;
    const wait = feed.resyncs === 0 ? 0 : Math.min(RESYNC_MIN_MS * 2 ** feed.resyncs, RESYNC_MAX_MS);
    feed.resyncs += 1;
    feed.resyncTimer = setTimeout(() => {
      feed.resyncTimer = undefined;
      feed.resyncedAt = performance.now();
      if (feed.told === 'active' && feed.demand === 'active') this.#tell('chart:resync', this.#rateOf(feed), [feed]);
    }, wait);
  }

  /** The answer itself could not be read. */
  #unwell(feed: Feed): void {
    feed.current = false;
    this.#resync(feed);
  }

  // ---- What the server says

  message(message: Members): void {
    try {
      this.#take(message);
    } catch (error) {
      // Of a shape that nobody has thought of. Whom it was for is not sure: everybody asks anew.
      if (!this.#warned) console.warn('chartcast: a message could not be read', error);
      this.#warned = true;
      for (const feed of this.#feeds.values()) this.#resync(feed);
    }
  }

  refused(chart: unknown, code: unknown): void {
    const feed = typeof chart === 'string' ? this.#feeds.get(chart) : undefined;
    feed?.refuse(textOf(code) ?? 'unknown_reason');
  }

  lost(): void {
    for (const feed of this.#feeds.values()) feed.lose();
  }

  expired(): void {
    for (const feed of this.#feeds.values()) {
      if (feed.told === 'active') feed.refuse('expired');
    }
  }

  statusChanged(): void {
    const { status } = this.link;
    for (const feed of this.#feeds.values()) feed.stateChanged();
    for (const act of [...this.#statusListeners]) act(status);
  }

  #take(message: Members): void {
    const { mode, chart } = message;
    if (mode === 'beat') return this.#beat(message);
    if (mode === 'delta' && typeof message.ds === 'string') return this.#delta(message.ds, message);
    if (typeof chart !== 'string') throw new TypeError('no chart');
    const feed = this.#feeds.get(chart);
    if (!feed) return this.#unwanted(chart);
    if (mode === 'snapshot' || mode === 'resume') return this.#init(feed, message);
    if (mode === 'delta') return this.#rawDelta(feed, message);
    if (mode === 'option') return this.#option(feed, message);
    if (mode === 'state') return this.#state(feed, message);
  }

  /** The server's default chart, for whom wants none; or one that we have just left. */
  #unwanted(chart: string): void {
    if (this.#greeted.length === 0) void this.link.ask('chart:unsub', { chart });
  }

  #init(feed: Feed, message: Members): void {
    const parts = isObject(message.ds) ? Object.entries(message.ds) : null;
    const before = feed.option;
    feed.answered(message);
    if (!parts) return this.#rawInit(feed, message);
    feed.raw = null;
    feed.datasets = parts.map(([id]) => id);
    const changed: string[] = [];
    let sound = feed.option !== null;
    for (const [id, body] of parts) {
      const verdict = this.#takeRows(id, body);
      if (verdict === 'applied') changed.push(id);
      if (verdict === 'resync') sound = false;
    }
    if (sound) feed.well();
    else this.#unwell(feed);
    if (changed.length > 0 || feed.option !== before) this.#updated(changed, 'snapshot', feed);
    feed.stateChanged();
  }

  #takeRows(id: string, body: unknown): Verdict {
    const { table, taps } = this.#use(id);
    const rows = isObject(body) && 'rows' in body ? readRows(body) : null;
    const changes = rows ? null : readChanges(body);
    const verdict = rows ? attempt(() => table.snapshot(rows))
      : changes ? attempt(() => table.changes(changes)) : 'resync';
    if (verdict === 'applied') taps.forEach((tell) => tell(rows ? null : changes!.ops));
    return verdict;
  }

  #rawInit(feed: Feed, message: Members): void {
    feed.datasets = [];
    const place = readPlace([message.epoch, message.v]);
    if (!place || !feed.option) return this.#unwell(feed);
    const same = feed.raw?.[0] === place[0] && feed.raw[1] === place[1];
    feed.raw = place;
    feed.well();
    if (!same) feed.updated({ datasets: [], reason: 'snapshot' });
    feed.stateChanged();
  }

  #delta(dataset: string, message: Members): void {
    const use = this.#tables.get(dataset);
    if (!use) return;
    const changes = readChanges(message);
    const verdict = changes ? attempt(() => use.table.changes(changes)) : 'resync';
    if (verdict === 'resync') return this.#resyncAll(dataset);
    if (verdict === 'ignored') return;
    use.taps.forEach((tell) => tell(changes!.ops));
    for (const feed of this.#drawingFrom(dataset)) feed.madeAt(message.ts);
    this.#updated([dataset], 'delta');
  }

  #rawDelta(feed: Feed, message: Members): void {
    const before = feed.option;
    if (!feed.rawChanged(message)) return this.#resync(feed);
    if (feed.option !== before) feed.updated({ datasets: [], reason: 'delta' });
  }

  #option(feed: Feed, { tpl, option }: Members): void {
    if (typeof tpl !== 'string' || !isObject(option)) return this.#resync(feed);
    feed.tpl = tpl;
    feed.option = option;
    feed.updated({ datasets: [], reason: 'option' });
  }

  #state(feed: Feed, { fresh }: Members): void {
    feed.fresh = readFresh(fresh) ?? feed.fresh;
    feed.stateChanged();
  }

  #beat({ ds, raw }: Members): void {
    for (const [id, value] of Object.entries(isObject(ds) ? ds : {})) {
      const place = readPlace(value);
      const table = this.table(id);
      if (place && table?.beat(place) === 'resync') this.#resyncAll(id);
    }
    for (const [id, value] of Object.entries(isObject(raw) ? raw : {})) {
      const place = readPlace(value);
      const feed = this.#feeds.get(id);
      if (place && feed && (feed.raw?.[0] !== place[0] || place[1] > feed.raw[1])) this.#resync(feed);
    }
  }

  #resyncAll(dataset: string): void {
    for (const feed of this.#drawingFrom(dataset)) this.#resync(feed);
  }

  #drawingFrom(dataset: string): Feed[] {
    return [...this.#feeds.values()].filter(({ datasets }) => datasets.includes(dataset));
  }

  /** Tells whoever draws from one of these; `own` also when none has changed. */
  #updated(datasets: readonly string[], reason: UpdateEvent['reason'], own?: Feed): void {
    for (const feed of this.#feeds.values()) {
      const mine = datasets.filter((id) => feed.datasets.includes(id));
      if (mine.length > 0 || feed === own) feed.updated({ datasets: mine, reason });
    }
  }

  #use(dataset: string): TableUse {
    const use = this.#tables.get(dataset) ?? { table: new Table(), taps: new Set() };
    this.#tables.set(dataset, use);
    return use;
  }
}

/** What cannot be applied leaves a table without a place in the history, so that rows come next. */
function attempt(apply: () => Verdict): Verdict {
  try {
    return apply();
  } catch {
    return 'resync';
  }
}

