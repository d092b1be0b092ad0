// What the columns of a chart's table are called, and how their cells are written: the rows say what is in a
// column, the option what it means (a time axis, a currency on an axis).

import type { Formatter } from '../sdk/src/format.js';
import type { Cell, Option, Row } from '../sdk/src/types.js';
import { dateFormat, numberFormat } from './formats.js';
import { wordsFor, type Words } from './words/words.js';

export interface Column {
  readonly id: string;
  readonly label: string;
  readonly align: 'start' | 'end';
  text(cell: Cell): string;
}

const list = (value: any): any[] => (Array.isArray(value) ? value : value ? [value] : []);

/** Rows that decide what is in a column. */
const LOOKED_AT = 50;
const NO_VALUE = '–';

export function columnsOf(fields: readonly string[], rows: readonly Row[], option: Option | null,
  locale: string): Column[] {
  const axes = axesOfFields(option ?? {});
  const words = wordsFor(locale).table;
  return fields.map((id) => {
    const cells = rows.slice(0, LOOKED_AT).map((row) => row[id]).filter((cell) => cell !== null && cell !== undefined);
    const isNumber = cells.length > 0 && cells.every((cell) => typeof cell === 'number');
    const axis = axes.get(id);
    const isTime = isNumber && (axis?.type === 'time' || (!axis && looksLikeTime(id, cells as number[])));
    return {
      id,
      label: id.replaceAll('_', ' '),
      align: isNumber && !isTime ? 'end' : 'start',
      text: isTime ? timeCell(locale) : plainCell(locale, words, formatOf(axis)),
    };
  });
}

/** For each field the axis that it is drawn along. */
function axesOfFields(option: Option): Map<string, any> {
  const axes = new Map<string, any>();
  for (const series of list(option.series)) {
    for (const letter of ['x', 'y']) {
      const axis = list(option[`${letter}Axis`])[series?.[`${letter}AxisIndex`] ?? 0];
      for (const field of list(series?.encode?.[letter])) {
        if (axis && typeof field === 'string' && !axes.has(field)) axes.set(field, axis);
      }
    }
  }
  return axes;
}

const TIME_NAME = /(^|_)(ts|time|timestamp|at|date|day|since|until)$/i;
const YEAR_2000 = 946_684_800_000;
const YEAR_2100 = 4_102_444_800_000;

const looksLikeTime = (field: string, cells: readonly number[]): boolean =>
  TIME_NAME.test(field) && cells.every((cell) => cell >= YEAR_2000 && cell < YEAR_2100);

const AT_MOST_CENTS = { minimumFractionDigits: 0, maximumFractionDigits: 2 };

/** `currency:CNY`, as the template says it; an axis writes it shorter than a table. */
function formatOf(axis: any): Intl.NumberFormatOptions {
  const { format } = (axis?.axisLabel?.formatter ?? {}) as Partial<Formatter>;
  const [kind, code] = (format ?? '').split(':');
  return kind === 'currency' && /^[A-Za-z]{3}$/.test(code ?? '')
    ? { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol', ...AT_MOST_CENTS }
    : { maximumFractionDigits: 6 };
}

function timeCell(locale: string): Column['text'] {
  const format = dateFormat(locale, {
    year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit',
  });
  return (cell) => (typeof cell === 'number' && Math.abs(cell) <= 8.64e15 ? format.format(cell) : textOf(cell));
}

function plainCell(locale: string, words: Words['table'], options: Intl.NumberFormatOptions): Column['text'] {
  const numbers = numberFormat(locale, options);
  return (cell) => {
    if (typeof cell === 'number') return numbers.format(cell);
    if (typeof cell === 'boolean') return cell ? words.yes : words.no;
    return textOf(cell);
  };
}

function textOf(cell: Cell): string {
  if (cell === null) return NO_VALUE;
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
