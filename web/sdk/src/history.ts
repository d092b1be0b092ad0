// The past of a chart's datasets, from the server's history.

import type { Asker } from './api.js';
import type { Source } from './materialise.js';
import { ChartcastError, isCount, isObject } from './shared.js';
import type { Cell, Time } from './types.js';

export function timeOf(time: Time): Date {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new ChartcastError('invalid_time', 0, `${String(time)} is no time.`);
  return date;
}

/** The dataset's rows as they were; `order` is the one of its fields now. */
export async function rowsAt(api: Asker, id: string, at: Date, order: readonly string[]): Promise<Source> {
  const { fields, rows } = await api.get(`/api/v1/datasets/${id}/rows.json?at=${at.getTime()}`);
  if (!isObject(fields) || !Array.isArray(rows)) throw new ChartcastError('malformed_answer', 200);
  // The members of an object have no order that could be trusted.
  const dims = [...order, ...Object.keys(fields).filter((name) => !order.includes(name))];
  return {
    id, dims,
    rows: rows.filter(isObject).map((row) => dims.map((name) => (row[name] ?? null) as Cell)),
  };
}

/** From when on all of the datasets are in the history; null when one has none. */
export async function history(api: Asker, datasets: readonly string[]): Promise<{ from: Date; to: Date } | null> {
  if (datasets.length === 0) return null;
  const begins = await Promise.all(datasets.map((id) => beginOf(api, id)));
  const known = begins.filter((begin) => begin !== null);
  if (known.length < begins.length) return null;
  return { from: new Date(Math.max(...known)), to: new Date() };
}

async function beginOf(api: Asker, id: string): Promise<number | null> {
  const { batches } = await api.get(`/api/v1/datasets/${id}/history?limit=1`);
  const first: unknown = Array.isArray(batches) ? batches[0] : null;
  return isObject(first) && isCount(first.ts) ? first.ts : null;
}
