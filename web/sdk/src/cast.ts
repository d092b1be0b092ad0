// What Chartcast.connect() gives: a connection's charts, datasets and lists, for one user of it. The connection
// itself is shared; it ends with its last user.

import { Asker } from './api.js';
import { Chart } from './chart.js';
import type { ChartHost } from './chart.js';
import { Connection } from './connection.js';
import { ChartcastError } from './error.js';
import { guarded } from './events.js';
import { isObject } from './protocol.js';
import type { Tap } from './tap.js';
import type {
  Cast, ChartOptions, ChartSummary, ConnectionStatus, ConnectOptions, Dashboard, DashboardSummary, DatasetUpdate,
  LiveChart, LiveDataset, TokenSource,
} from './types.js';

interface Shared {
  readonly connection: Connection;
  users: number;
}

/** By origin, locale and token source: texts by what they say, functions by which they are. */
const connections = new Map<string, Map<TokenSource | undefined, Shared>>();

export function connect(origin: string, { token, locale, echarts }: ConnectOptions): Cast {
  const language = locale || documentLanguage();
  const name = `${origin} ${language}`;
  const bySource = connections.get(name) ?? new Map<TokenSource | undefined, Shared>();
  connections.set(name, bySource);
  const shared = bySource.get(token) ?? { connection: new Connection(origin, token, language), users: 0 };
  bySource.set(token, shared);
  shared.users += 1;
  return new SharedCast(origin, language, echarts, shared.connection, () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    bySource.delete(token);
    if (bySource.size === 0) connections.delete(name);
    shared.connection.close();
  });
}

function documentLanguage(): string {
  const own = typeof document === 'undefined' ? '' : document.documentElement.lang;
  return own || (typeof navigator === 'undefined' ? '' : navigator.language) || 'en';
}

class SharedCast implements Cast, ChartHost {
  readonly api: Asker;
  readonly #charts = new Set<Chart>();
  readonly #ends = new Set<() => void>();
  #closed = false;

  constructor(
    readonly origin: string, readonly locale: string, readonly echarts: unknown, readonly connection: Connection,
    private readonly leave: () => void,
  ) {
    this.api = new Asker(origin, connection.link.token);
  }

  get status(): ConnectionStatus {
    return this.#closed ? 'closed' : this.connection.link.status;
  }

  on(_event: 'connection', act: (status: ConnectionStatus) => void): () => void {
    return this.#until(this.connection.onStatus((status) => guarded(() => act(status))));
  }

  chart(id: string, options: ChartOptions = {}): LiveChart {
    this.#expectOpen();
    const chart = new Chart(String(id), options, this);
    this.#charts.add(chart);
    return chart;
  }

  dataset(id: string): LiveDataset {
    return {
      id,
      subscribe: (act: (update: DatasetUpdate) => void, failed = warn) => {
        this.#expectOpen();
        let tap: Tap | null = null;
        let stopped = false;
        import('./tap.js').then(async ({ chartWith, Tap }) => {
          const chart = await chartWith(this.api, this.connection, id);
          if (!stopped) tap = new Tap(this.connection, chart, id, act, failed);
        }).catch((error: unknown) => {
          if (!stopped) failed(error as ChartcastError);
        });
        return this.#until(() => {
          stopped = true;
          tap?.stop();
        });
      },
    };
  }

  async charts(): Promise<ChartSummary[]> {
    const { charts } = await this.api.get('/api/v1/charts');
    return listed(charts).map((chart) => ({ ...chart, data: chart.data ?? [] })) as unknown as ChartSummary[];
  }

  async dashboards(): Promise<DashboardSummary[]> {
    const { dashboards } = await this.api.get('/api/v1/dashboards');
    return listed(dashboards) as unknown as DashboardSummary[];
  }

  async dashboard(id: string): Promise<Dashboard> {
    const dashboard = await this.api.get(`/api/v1/dashboards/${encodeURIComponent(id)}`);
    const sound = typeof dashboard.id === 'string' && Array.isArray(dashboard.panels);
    if (!sound) throw new ChartcastError('malformed_answer', 200);
    return { theme: 'auto', variables: [], ...dashboard } as unknown as Dashboard;
  }

  async renew(token: string): Promise<void> {
    const { ok, code } = await this.connection.link.renew(token);
    if (!ok) throw new ChartcastError(code, 0, 'The server does not take this token.');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const chart of [...this.#charts]) chart.destroy();
    for (const end of [...this.#ends]) end();
    this.leave();
  }

  forget(chart: Chart): void {
    this.#charts.delete(chart);
  }

  #expectOpen(): void {
    if (this.#closed) throw new ChartcastError('closed', 0, 'This cast has been closed.');
  }

  #until(end: () => void): () => void {
    const once = (): void => {
      if (this.#ends.delete(once)) end();
    };
    this.#ends.add(once);
    return once;
  }
}

const listed = (list: unknown): Record<string, unknown>[] =>
  (Array.isArray(list) ? list.filter((one) => isObject(one) && typeof one.id === 'string') : []);

const warn = (error: Error): void => console.warn(`chartcast: ${error.message}`, error);
