// What a click on an item of a panel means: a choice in this dashboard, or the way into another one.

import type { Cell, Dashboard, Panel, SelectEvent, Variable } from '../../sdk/src/types.js';
import type { Chosen } from '../parts/data_table.js';
import { cellText, withChoice, type Choices } from './choices.js';

/** What the clicked item gives a variable; undefined when it has nothing to do with it. */
export function clickedValue({ row, name }: SelectEvent, variable: Variable | undefined): string | undefined {
  if (!variable?.field) return undefined;
  // A chart without datasets has no rows: its items are what their names say.
  if (!row) return name || undefined;
  const cell: Cell | undefined = Object.hasOwn(row, variable.field) ? row[variable.field] : undefined;
  return cell === undefined ? undefined : cellText(cell);
}

export const variableOf = (dashboard: Dashboard, name: string | undefined): Variable | undefined =>
  dashboard.variables.find((variable) => variable.name === name);

/** What is lit in a panel, which shows all of its rows: the choice that was made in it. */
export function chosenIn(dashboard: Dashboard, panel: Panel, choices: Choices): Chosen | null {
  const variable = panel.on_click?.open ? undefined : variableOf(dashboard, panel.on_click?.set);
  const choice = variable && choices.get(variable.name);
  return variable?.field && choice?.by === panel.chart ? { field: variable.field, values: choice!.values } : null;
}

/** What is chosen here goes along for the variables that the other dashboard has, too, and the clicked value. */
export function choicesFor(target: Dashboard, panel: Panel, event: SelectEvent, choices: Choices): Choices {
  let taken: Choices = new Map();
  for (const { name } of target.variables) {
    const values = choices.get(name)?.values;
    if (values) taken = withChoice(taken, name, { values });
  }
  const set = panel.on_click?.set;
  const value = set ? clickedValue(event, variableOf(target, set)) : undefined;
  return set && value !== undefined ? withChoice(taken, set, { values: [value] }) : taken;
}
