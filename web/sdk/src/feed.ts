// One chart on the connection: what the server has said of it, and what those who watch it want. Charts of
// the same id share it; their datasets are in the connection's tables, since several charts may draw from one.

import { mergePatch } from './merge_patch.js';
import { isCount, isId, isObject, readFresh } from './protocol.js';
import type { Fresh, Members, Place } from './protocol.js';
import type { Option, UpdateEvent } from './types.js';

/** What a watcher of a feed wants of it, and is told. */
export interface Watcher {
  /** False: nobody looks at the moment. */
  readonly wanted: boolean;
  readonly maxRate: number | undefined;
  updated(event: UpdateEvent): void;
  stateChanged(): void;
}

export type Demand = 'none' | 'paused' | 'active';

export class Feed {
  readonly watchers = new Set<Watcher>();
  /** What the server was last told that we want. */
  told: Demand = 'none';
  toldRate: number | undefined;
  /** The server has answered since we asked: what is there is what it has. */
  current = false;
  datasets: readonly string[] = [];
  option: Option | null = null;
  tpl: string | undefined;
  /** The place of a raw chart's value. */
  raw: Place | null = null;
  fresh: Fresh = { asOf: 0, state: 'live' };
  /** Resyncs that followed each other closely, and when the last one was. */
  resyncs = 0;
  resyncedAt = -Infinity;
  resyncTimer: ReturnType<typeof setTimeout> | undefined;
  /** A batch was too much for the server's limits: next time this one is asked for alone. */
  alone = false;
  #refusal: string | undefined;

  constructor(readonly id: string) {}

  /** Nobody asks the server for what is no name: it would refuse the charts beside it, too. */
  get refusal(): string | undefined {
    return isId(this.id) ? this.#refusal : 'unknown_chart';
  }

  set refusal(code: string | undefined) {
    this.#refusal = code;
  }

  get isRaw(): boolean {
    return this.raw !== null;
  }

  get demand(): Demand {
    if (this.watchers.size === 0) return 'none';
    return isId(this.id) && [...this.watchers].some((watcher) => watcher.wanted) ? 'active' : 'paused';
  }

  /** Of all who watch, the fastest; undefined is without a limit. */
  get maxRate(): number | undefined {
    const rates = [...this.watchers].filter((watcher) => watcher.wanted).map(({ maxRate }) => maxRate);
    return rates.includes(undefined) ? undefined : Math.max(...(rates as number[]));
  }

  refuse(code: string): void {
    this.lose();
    this.refusal = code;
    this.stateChanged();
  }

  /** The connection is gone: nothing has been told, nothing is sure. */
  lose(): void {
    this.told = 'none';
    this.toldRate = undefined;
    this.current = false;
    this.alone = false;
    this.#cancelResync();
  }

  /** What is there is what the server has. */
  well(): void {
    this.#cancelResync();
  }

  #cancelResync(): void {
    clearTimeout(this.resyncTimer);
    this.resyncTimer = undefined;
  }

  /** What `init chart data` says beside the rows. */
  answered(message: Members): void {
    this.current = true;
    this.refusal = undefined;
    this.fresh = readFresh(message.fresh) ?? this.fresh;
    if (typeof message.tpl === 'string') this.tpl = message.tpl;
    if (isObject(message.option)) this.option = message.option;
  }

  /** False: the change is of something that we do not have. */
  rawChanged({ epoch, v, from, patch, option, ts }: Members): boolean {
    if (typeof epoch !== 'string' || !isCount(v)) return false;
    if (this.raw?.[0] === epoch && v <= this.raw[1]) return true;
    if (option !== undefined) {
      this.option = isObject(option) ? option : {};
    } else {
      if (!isObject(patch) || !isCount(from) || this.raw?.[0] !== epoch || from > this.raw[1]) return false;
      this.option = mergePatch(this.option, patch) as Option;
    }
    this.raw = [epoch, v];
    this.madeAt(ts);
    return true;
  }

  madeAt(ts: unknown): void {
    if (isCount(ts) && ts > this.fresh.asOf) this.fresh = { ...this.fresh, asOf: ts };
  }

  updated(event: UpdateEvent): void {
    for (const watcher of [...this.watchers]) watcher.updated(event);
  }

  stateChanged(): void {
    for (const watcher of [...this.watchers]) watcher.stateChanged();
  }
}
