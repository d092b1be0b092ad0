// The rows behind a chart as a table: those of its datasets, or, of a raw chart, what its option draws.

import type { Cell, LiveChart, Option, Row } from '../sdk/src/types.js';
import { wordsFor, type Words } from './words/words.js';

export interface TableData {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
}

const NOTHING: TableData = { fields: [], rows: [] };
const list = (value: any): any[] => (Array.isArray(value) ? value : value ? [value] : []);

export function tableData(chart: LiveChart, dataset: string | undefined, locale: string): TableData {
  if (chart.datasets.length > 0) return { fields: chart.fields(dataset), rows: chart.rows(dataset) };
  return chart.option ? ofOption(chart.option, wordsFor(locale).table) : NOTHING;
}

/** Nothing would be drawn: no rows in any dataset, and no data in any series; nor in the options that it holds. */
export function isEmpty(option: Option): boolean {
  const held = [option.baseOption, ...list(option.options), ...list(option.media).map((one) => one?.option)];
  return hasNothing(option) && !held.some((one) => one && !hasNothing(one));
}

function hasNothing(option: Option): boolean {
  if (list(option.dataset).some((dataset) => dataset?.transform || sourceLength(dataset?.source) > 0)) return false;
  return !list(option.series).some((series) =>
    ['data', 'nodes', 'links', 'edges'].some((name) => series?.[name]?.length > 0));
}

function sourceLength(source: any): number {
  if (Array.isArray(source)) return source.length;
  return Math.max(0, ...Object.values(source ?? {}).map((column: any) => column?.length ?? 0));
}

/** Categories with a column for each series where there are categories, else an item a row. */
function ofOption(option: Option, words: Words['table']): TableData {
  const series = list(option.series);
  const category = [...list(option.xAxis), ...list(option.yAxis)].find((axis) => Array.isArray(axis?.data));
  if (category) return byCategory(category.data, series, words);
  const source = list(option.dataset)[0]?.source;
  if (Array.isArray(source)) return ofSource(source, words);
  const rows = series.flatMap((one, place) => list(one?.data).map((item): Row => ({
    [words.series]: nameOf(one, place, words),
    [words.name]: item?.name ?? null,
    [words.value]: valueOf(item),
  })));
  return { fields: [words.series, words.name, words.value], rows };
}

function byCategory(categories: any[], series: any[], words: Words['table']): TableData {
  const names = series.map((one, place) => nameOf(one, place, words));
  const rows = categories.map((category, at): Row => {
    const cells = series.map((one, place) => [names[place], valueOf(one?.data?.[at])] as const);
    return { [words.name]: valueOf(category), ...Object.fromEntries(cells) };
  });
  return { fields: [words.name, ...names], rows };
}

/** Lists of cells under a list of names, or objects. */
function ofSource(source: any[], words: Words['table']): TableData {
  if (!Array.isArray(source[0])) return { fields: Object.keys(source[0] ?? {}), rows: source };
  const hasHeader = source[0].every((cell: unknown) => typeof cell === 'string');
  const fields: string[] = source[0].map((cell: string, at: number) => (hasHeader ? cell : `${words.value} ${at + 1}`));
  const rows = source.slice(hasHeader ? 1 : 0)
    .map((cells): Row => Object.fromEntries(fields.map((field, at) => [field, cells[at] ?? null])));
  return { fields, rows };
}

const nameOf = (series: any, place: number, words: Words['table']): string =>
  String(series?.name || `${words.series} ${place + 1}`);

function valueOf(item: any): Cell {
  return (item !== null && typeof item === 'object' && !Array.isArray(item) ? item.value : item) ?? null;
}
