// What has changed in a table, in a few words: for who hears a chart. Loaded when it is first said.

import type { Option, Row } from '../sdk/src/types.js';
import { columnsOf } from './columns.js';
import type { TableData } from './table_data.js';
import { fill, wordsFor } from './words/words.js';

/** More would not be listened to. */
const SAID = 3;

/** The rows of `now` that were not so in `before`, the newest first; empty when nothing is new. */
export function changesText(before: readonly Row[], { fields, rows }: TableData, option: Option | null,
  locale: string): string {
  const known = new Set(before.map((row) => JSON.stringify(row)));
  const changed = rows.filter((row) => !known.has(JSON.stringify(row))).reverse();
  if (changed.length === 0) return '';
  const columns = columnsOf(fields, rows, option, locale);
  const values = changed.slice(0, SAID)
    .map((row) => columns.map(({ id, text }) => text(row[id] ?? null)).join(' '))
    .join('; ');
  const further = changed.length - SAID;
  return further > 0 ? fill(wordsFor(locale).announcement.more, { values, count: String(further) }) : values;
}
