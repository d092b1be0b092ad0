// A chart's template and rows as one complete ECharts option: what the server sends to plain clients
// (GET /api/v1/charts/{id}/option), but that `$format` becomes a function that formats in the viewer's language.

import { formatterOf } from './format.js';
import { isObject } from './protocol.js';
import type { Cells } from './protocol.js';
import type { Option } from './types.js';

export interface Source {
  readonly id: string;
  readonly dims: readonly string[];
  readonly rows: readonly Cells[];
}

/** ECharts looks at so many cells of the first row: texts alone, but for nulls, are a header. */
const LOOKED_AT = 10;

/** `template` is the result of resolved(). */
export function materialise(template: Option, sources: readonly Source[]): Option {
  if (sources.length === 0) return template;
  const own: unknown[] = Array.isArray(template.dataset) ? template.dataset
    : isObject(template.dataset) ? [template.dataset] : [];
  // Datasets that the template makes of ours, by transforms, come behind them.
  return { ...template, ...drawnFromDatasets(template), dataset: [...sources.map(datasetOption), ...own] };
}

/** A series that once had data of its own draws from its dataset again: setOption() merges. */
function drawnFromDatasets({ series }: Option): Option {
  if (!Array.isArray(series)) return {};
  return { series: series.map((one) => (isObject(one) && !('data' in one) ? { ...one, data: null } : one)) };
}

export function datasetOption({ id, dims, rows }: Source): Option {
  const header = rows.length > 0 && rows[0]!.slice(0, LOOKED_AT).every((cell) => cell === null || typeof cell === 'string');
  return { id, dimensions: dims, source: light(rows), ...(header ? { sourceHeader: false } : {}) };
}

/** ECharts copies what it is given, cell by cell, but for lists that are marked as it marks typed arrays itself. */
function light(rows: readonly Cells[]): readonly Cells[] {
  return Object.defineProperty(rows, '__ec_primitive__', { value: true, configurable: true });
}

/** The template without `$`-keys, those that we know resolved. Made once for each template. */
export function resolved(template: Option, locale: string): Option {
  return resolve(template, '', locale) as Option;
}

function resolve(value: unknown, name: string, locale: string): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, name, locale));
  if (!isObject(value)) return value;
  const result: Option = {};
  for (const [key, member] of Object.entries(value)) {
    if (!key.startsWith('$') && key !== '__proto__') result[key] = resolve(member, key, locale);
  }
  const formatter = formatterOf(value.$format, name, locale);
  if (formatter && !('formatter' in result)) result.formatter = formatter;
  return result;
}

export function titleOf(option: Option | null): { text: string; subtext: string } {
  const title = Array.isArray(option?.title) ? option.title[0] : option?.title;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { text: text(title?.text), subtext: text(title?.subtext) };
}
