// What has changed in a table, in a few words: for who hears a chart.

import type { Row } from '../sdk/src/types.js';
import type { Column } from './columns.js';
import { fill, type Words } from './words/words.js';

/** More would not be listened to. */
const SAID = 3;

/** The rows of `now` that were not so in `before`, the newest first; empty when nothing is new. */
export function changesText(before: readonly Row[], now: readonly Row[], columns: readonly Column[],
  words: Words): string {
  const known = new Set(before.map((row) => JSON.stringify(row)));
  const changed = now.filter((row) => !known.has(JSON.stringify(row))).reverse();
  if (changed.length === 0) return '';
  const values = changed.slice(0, SAID)
    .map((row) => columns.map(({ id, text }) => text(row[id] ?? null)).join(' '))
    .join('; ');
  const further = changed.length - SAID;
  return further > 0 ? fill(words.announcement.more, { values, count: String(further) }) : values;
}
