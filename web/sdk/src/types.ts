// The SDK's public types. What the server says is in protocol.ts.

import type { ChartcastError } from './error.js';

/** A cell of a row, as the server sends it: times are milliseconds since 1970. */
export type Cell = string | number | boolean | null | Cell[] | { [name: string]: Cell };

/** A row by the names of its dataset's fields. */
export type Row = Record<string, Cell>;

/** An ECharts option. */
export type Option = Record<string, any>;

/** A title by language. */
export type LocaleTexts = Record<string, string>;

/** `time` of `seek()`: a date, milliseconds since 1970, or ISO 8601. */
export type Time = Date | number | string;

export type TokenSource = string | (() => string | Promise<string>);

/** Which rows a chart shows: for each field its admitted values, or a test of whole rows. */
export type RowFilter = Record<string, readonly Cell[]> | ((row: Row) => boolean);

/**
 * - `connecting`    no answer yet
 * - `live`          what is shown is what the server has
 * - `disconnected`  the connection is lost and is being tried again; what is shown is the last known
 * - `refused`       the server does not show this chart to this viewer, `code` says why: `forbidden`,
 *                   `unknown_chart`, `expired`, `limit`, or a code of `unauthorized`
 * - `stale`         the source is late
 * - `source_error`  the source has failed; what is shown is the last good data
 * - `degraded`      the server works without its cluster
 * - `replay`        what is shown is the past: `seek()`
 */
export type ChartStatus =
  | 'connecting' | 'live' | 'disconnected' | 'refused' | 'stale' | 'source_error' | 'degraded' | 'replay';

export interface ChartState {
  readonly status: ChartStatus;
  readonly code?: string;
  /** The time of the data; null before the first. */
  readonly asOf: Date | null;
  /** Sending has been stopped by pause(), or since the tab or the element cannot be seen. */
  readonly paused: boolean;
}

export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected' | 'refused' | 'closed';

export interface ConnectOptions {
  /** Asked for a new token when the connection is made, and before and when the old one expires. */
  token?: TokenSource;
  /** BCP 47; the document's language when left out. */
  locale?: string;
  /** ECharts, or how to load it; the server's own build, when first needed, when left out. */
  echarts?: any | (() => Promise<any>);
}

export interface ChartOptions {
  /** Frames a second that this viewer takes at most. */
  maxRate?: number;
}

export interface MountOptions {
  /** `auto` follows the reader's system; an object is an ECharts theme of your own. */
  theme?: 'auto' | 'light' | 'dark' | object;
  renderer?: 'canvas' | 'svg';
  /** The chart draws its title itself (false: the title is a heading of yours). */
  titled?: boolean;
}

export interface UpdateEvent {
  /** The datasets that changed; empty for a raw chart or a new template. */
  readonly datasets: readonly string[];
  readonly reason: 'snapshot' | 'delta' | 'option' | 'seek' | 'filter';
}

export interface SelectEvent {
  /** The row behind what was clicked, when there is one. */
  readonly row: Row | null;
  readonly dataset: string | null;
  readonly name: string;
  readonly value: unknown;
  readonly seriesId: string | null;
}

/** Of a mounted chart. */
export interface DrawEvent {
  /** What ECharts threw at an option that it cannot draw; null when it draws again. */
  readonly error: Error | null;
}

export interface ChartEvents {
  update: UpdateEvent;
  state: ChartState;
  select: SelectEvent;
  draw: DrawEvent;
}

/** A chart of the server: its rows and option, kept current. */
export interface LiveChart {
  readonly id: string;
  readonly state: ChartState;
  /** Complete, with its rows: for `setOption` of an ECharts of your own. Null before the first data. */
  readonly option: Option | null;
  /** In the viewer's language; the id until it is known. */
  readonly title: string;
  readonly datasets: readonly string[];

  on<Name extends keyof ChartEvents>(event: Name, act: (event: ChartEvents[Name]) => void): () => void;
  /** Rows after filter(); of the first dataset when none is named. */
  rows(dataset?: string): Row[];
  fields(dataset?: string): string[];
  /** Draws into the element until destroy() of what is returned. */
  mount(element: HTMLElement, options?: MountOptions): ChartView;
  filter(filter: RowFilter | null): void;
  /** The past, from the server's history. Rejects with a `ChartcastError` when it does not reach back so far. */
  seek(time: Time): Promise<void>;
  live(): void;
  /** From when to when seek() reaches; null without history. */
  history(): Promise<{ from: Date; to: Date } | null>;
  pause(): void;
  resume(): void;
  png(options?: { scale?: number; background?: string }): Promise<Blob>;
  svg(): Promise<Blob>;
  csv(dataset?: string): string;
  destroy(): void;
}

/** A chart drawn into an element. */
export interface ChartView {
  readonly chart: LiveChart;
  readonly element: HTMLElement;
  /** The ECharts instance; null until ECharts is loaded and the first data are here. */
  readonly instance: any | null;
  setTheme(theme: NonNullable<MountOptions['theme']>): void;
  resize(): void;
  destroy(): void;
}

export interface DatasetUpdate {
  readonly rows: Row[];
  /** What changed, as in docs/protocol.md; null when all rows are new. */
  readonly ops: readonly unknown[] | null;
  readonly epoch: string;
  readonly v: number;
}

export interface LiveDataset {
  readonly id: string;
  /** Called with the rows that are there, then after each change, at most once per animation frame. */
  /** `failed` is told when no chart that this viewer may see draws from it (`unknown_dataset`), or it is refused. */
  subscribe(act: (update: DatasetUpdate) => void, failed?: (error: ChartcastError) => void): () => void;
}

export interface ChartSummary {
  readonly id: string;
  readonly title: LocaleTexts;
  /** Its datasets; none: a raw chart. */
  readonly data: readonly string[];
}

export interface DashboardSummary {
  readonly id: string;
  readonly title: LocaleTexts;
  /** The charts of its panels. */
  readonly charts: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly label?: LocaleTexts;
  readonly type: 'select' | 'text' | 'time_range';
  readonly dataset?: string;
  readonly field?: string;
  readonly multi?: boolean;
}

export interface Panel {
  readonly chart: string;
  /** Column and row of its upper left corner, width and height: of 12 columns, and rows as high as needed. */
  readonly at: readonly [number, number, number, number];
  readonly on_click?: { readonly set?: string; readonly open?: string };
}

export interface Dashboard {
  readonly id: string;
  readonly title: LocaleTexts;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** The connection to one server: shared by everybody on the page who connects to it with the same token. */
export interface Cast {
  readonly origin: string;
  readonly status: ConnectionStatus;
  readonly locale: string;
  on(event: 'connection', act: (status: ConnectionStatus) => void): () => void;
  chart(id: string, options?: ChartOptions): LiveChart;
  dataset(id: string): LiveDataset;
  charts(): Promise<ChartSummary[]>;
  dashboards(): Promise<DashboardSummary[]>;
  dashboard(id: string): Promise<Dashboard>;
  /** Takes effect on the open connection: charts go on. */
  renew(token: string): Promise<void>;
  close(): void;
}
