// Which rows a panel shows: what has been chosen of the variables, for each dataset that has their field.

import type { Dashboard, Panel, Row, RowFilter, Variable } from '../../sdk/src/types.js';
import { cellText, type Choice, type Choices } from './choices.js';
import { isMoving, rangeOf } from './time_range.js';

type RowTest = (row: Row) => boolean;

/** Null when the panel shows all rows. `now` is asked each time: a span moves with the clock. */
export function rowFilter(
  dashboard: Dashboard, panel: Panel, choices: Choices, now: () => number,
): RowFilter | null {
  const tests = dashboard.variables.flatMap((variable) => {
    const choice = choices.get(variable.name);
    return choice && choice.by !== panel.chart ? testsOf(variable, choice, now) : [];
  });
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}

/** Whether rows that are admitted now are not any more later on. */
export function isMovingFilter(dashboard: Dashboard, choices: Choices): boolean {
  return dashboard.variables.some(({ type, name }) => (
    type === 'time_range' && isMoving(choices.get(name)?.values[0] ?? '')));
}

function testsOf({ type, field }: Variable, { values }: Choice, now: () => number): RowTest[] {
  if (!field) return [];
  const ofField = (admits: (row: Row) => boolean): RowTest[] => [
    (row) => !Object.hasOwn(row, field) || admits(row),
  ];
  if (type === 'select') {
    const wanted = new Set(values);
    return ofField((row) => wanted.has(cellText(row[field])));
  }
  if (type === 'text') {
    const part = values[0].toLocaleLowerCase();
    return ofField((row) => cellText(row[field]).toLocaleLowerCase().includes(part));
  }
  if (!rangeOf(values[0], now())) return [];
  return ofField((row) => {
    const { from, to } = rangeOf(values[0], now())!;
    const time = row[field];
    return typeof time === 'number' && time >= from && time <= to;
  });
}
