// A dataset for other chart libraries, or for whatever wants rows: it comes by way of a chart that draws from
// it, since viewers may see charts.

import type { Asker } from './api.js';
import type { Connection } from './connection.js';
import type { Feed, Watcher } from './feed.js';
import { ChartcastError, guarded, offFrame, onFrame, onPageHidden, pageHidden } from './shared.js';
import type { DatasetUpdate } from './types.js';

/** More changed rows between two frames than this are told as new rows. */
const OPS_MAX = 1_000;

/** The id of a chart that draws from the dataset; one that is open already before others. */
export async function chartWith(api: Asker, connection: Connection, dataset: string): Promise<string> {
  const { charts } = await api.get('/api/v1/charts');
  const drawing = (Array.isArray(charts) ? charts : [])
    .filter((chart) => Array.isArray(chart?.data) && chart.data.includes(dataset) && typeof chart.id === 'string')
    .map(({ id }) => id as string);
  const chosen = drawing.find((id) => connection.isOpen(id)) ?? drawing[0];
  if (chosen === undefined) throw new ChartcastError('unknown_dataset', 404, `No chart that you may see draws from "${dataset}".`);
  return chosen;
}

export class Tap implements Watcher {
  readonly maxRate = undefined;
  #feed: Feed;
  #stop: (() => void)[];
  #ops: unknown[] | null = null;
  #changed = false;
  #stopped = false;
  readonly #tell = (): void => this.#tellRows();

  constructor(
    private readonly connection: Connection, chart: string, private readonly dataset: string,
    private readonly act: (update: DatasetUpdate) => void, private readonly failed: (error: ChartcastError) => void,
  ) {
    this.#feed = connection.feed(chart);
    this.#feed.watchers.add(this);
    this.#stop = [
      connection.tap(dataset, (ops) => this.#collect(ops)),
      onPageHidden(() => connection.wantsChanged()),
    ];
    connection.wantsChanged();
    if (connection.table(dataset)?.place) this.#collect(null);
  }

  get wanted(): boolean {
    return !this.#stopped && !pageHidden();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    offFrame(this.#tell);
    for (const stop of this.#stop) stop();
    this.#feed.watchers.delete(this);
    this.connection.wantsChanged();
  }

  updated(): void {}

  stateChanged(): void {
    if (this.#feed.refusal !== undefined) this.failed(new ChartcastError(this.#feed.refusal, 0));
  }

  #collect(ops: readonly unknown[] | null): void {
    const before = this.#changed ? this.#ops : [];
    const sum = before && ops && before.length + ops.length <= OPS_MAX ? [...before, ...ops] : null;
    this.#ops = sum;
    this.#changed = true;
    onFrame(this.#tell, { first: true });
  }

  #tellRows(): void {
    const table = this.connection.table(this.dataset);
    if (!table?.place) return;
    const ops = this.#ops;
    this.#changed = false;
    this.#ops = [];
    const { epoch, v, objects } = table;
    guarded(() => this.act({ rows: [...objects], ops, epoch, v }));
  }
}
