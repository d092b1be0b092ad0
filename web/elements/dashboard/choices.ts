// What a reader has chosen of a dashboard's variables, and how an address says it:
//
//   ?var-region=North&var-region=South    values of a select
//   ?var-owner=wang                       a part of a text
//   ?var-when=6h                          a time range (time_range.ts)
//   ?by-region=revenue_by_region          the chart whose item was clicked for it
//
// An address is somebody else's text: names that the dashboard does not have are passed over, the rest is bounded.

import type { Cell, Variable } from '../../sdk/src/types.js';

export interface Choice {
  readonly values: readonly string[];
  /** The chart where it was clicked. That one shows all rows, the chosen ones lit. */
  readonly by?: string;
}

/** By names of variables; one without a choice is not in it. */
export type Choices = ReadonlyMap<string, Choice>;

const VALUES_MAX = 100;
const CHARACTERS_MAX = 256;

/** A cell as addresses and lists of values have it. */
export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

export function readChoices(parameters: URLSearchParams, variables: readonly Variable[]): Choices {
  const choices = new Map<string, Choice>();
  for (const variable of variables) {
    const said = parameters.getAll(`var-${variable.name}`).filter((text) => text.length <= CHARACTERS_MAX);
    const values = [...new Set(said)].slice(0, variable.multi ? VALUES_MAX : 1);
    const by = parameters.get(`by-${variable.name}`)?.slice(0, CHARACTERS_MAX);
    // An empty value is the rows without one; an empty text or time says nothing.
    const isChoice = variable.type === 'select' ? values.length > 0 : Boolean(values[0]);
    if (isChoice) choices.set(variable.name, by ? { values, by } : { values });
  }
  return choices;
}

/** Everything else in `parameters` stays as it is. */
export function writeChoices(parameters: URLSearchParams, choices: Choices): void {
  for (const name of new Set(parameters.keys())) {
    if (/^(var|by)-/.test(name)) parameters.delete(name);
  }
  for (const [name, { values, by }] of choices) {
    for (const value of values) parameters.append(`var-${name}`, value);
    if (by) parameters.set(`by-${name}`, by);
  }
}

export function withChoice(choices: Choices, name: string, choice: Choice | null): Choices {
  const next = new Map(choices);
  if (choice && choice.values.length > 0) next.set(name, choice);
  else next.delete(name);
  return next;
}

/** A click on an item of `by`: its value comes to the others, or takes their place; a chosen one goes. */
export function toggled(choices: Choices, variable: Variable, value: string, by: string): Choices {
  const before = choices.get(variable.name)?.values ?? [];
  const others = variable.multi ? before.filter((one) => one !== value) : [];
  const values = before.includes(value) ? others : [...others, value];
  return withChoice(choices, variable.name, { values, by });
}
