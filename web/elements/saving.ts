// A chart as a file for its reader: PNG, SVG or CSV. Loaded when it is first asked for.

import { csvOf } from '../sdk/src/csv.js';
import type { LiveChart } from '../sdk/src/types.js';
import { tableData } from './table_data.js';

/** Kept until the browser has begun to read it. */
const REVOKE_MS = 30_000;
const TITLE_MAX = 80;
/** Spreadsheets take UTF-8 for something else without it. */
const BYTE_ORDER_MARK = '\ufeff';

/** `png`, `svg`, `csv:` or `csv:DATASET`. Throws when the browser cannot make the file. */
export async function save(what: string, chart: LiveChart, locale: string): Promise<void> {
  const name = (ending: string) => fileName(chart.title, chart.state.asOf ?? new Date(), ending);
  if (what === 'png') download(await chart.png({ scale: 2 }), name('png'));
  else if (what === 'svg') download(await chart.svg(), name('svg'));
  else {
    const dataset = what.slice('csv:'.length) || undefined;
    const text = chart.datasets.length > 0 ? chart.csv(dataset) : rawCsv(chart, locale);
    download(new Blob([BYTE_ORDER_MARK, text], { type: 'text/csv;charset=utf-8' }), name('csv'));
  }
}

function rawCsv(chart: LiveChart, locale: string): string {
  const { fields, rows } = tableData(chart, undefined, locale);
  return csvOf(fields, rows.map((row) => fields.map((field) => row[field] ?? null)));
}

/** `Sales funnel 2026-11-20 14-03-22.png`: without what file systems do not take. */
function fileName(title: string, time: Date, ending: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('-');
  const safe = title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ').trim().slice(0, TITLE_MAX) || 'chart';
  return `${safe} ${day} ${clock}.${ending}`;
}

function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
