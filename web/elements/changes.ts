// What has changed in a chart's rows, in a few words: for who hears a chart. Loaded when it is first needed.

import type { LiveChart } from '../sdk/src/types.js';
import { columnsOf } from './columns.js';
import { tableData } from './table_data.js';
import { fill, wordsFor } from './words/words.js';

/** More would not be listened to. */
const SAID = 3;
/** Where rows come at the end of a long table, these are the ones that change. */
const LOOKED_AT = 500;

export class Changes {
  private before: ReadonlySet<string> | null = null;

  /** Rows that are other ones since the last call, the newest first; the first call only remembers. */
  since(chart: LiveChart, locale: string): string {
    const { fields, rows } = tableData(chart, undefined, locale);
    const now = new Map(rows.slice(-LOOKED_AT).map((row) => [JSON.stringify(row), row]));
    const { before } = this;
    this.before = new Set(now.keys());
    const changed = before ? [...now].filter(([text]) => !before.has(text)).map(([, row]) => row).reverse() : [];
    if (changed.length === 0) return '';
    const columns = columnsOf(fields, rows, chart.option, locale);
    const values = changed.slice(0, SAID)
      .map((row) => columns.map(({ id, text }) => text(row[id] ?? null)).join(' '))
      .join('; ');
    const further = changed.length - SAID;
    return further > 0 ? fill(wordsFor(locale).announcement.more, { values, count: String(further) }) : values;
  }
}
