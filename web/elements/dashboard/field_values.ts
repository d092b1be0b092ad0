// The values that the fields of select variables have now, among the rows that the viewer sees.

import type { Cast, Row, Variable } from '../../sdk/src/types.js';
import { cellText } from './choices.js';

const VALUES_MAX = 1000;

export class FieldValues {
  /** By the names of variables; another map after each change. */
  current: ReadonlyMap<string, readonly string[]> = new Map();
  private readonly leave: (() => void)[] = [];

  constructor(cast: Cast, variables: readonly Variable[], locale: string, changed: () => void) {
    const order = new Intl.Collator(locale, { numeric: true }).compare;
    for (const { name, type, dataset, field } of variables) {
      if (type !== 'select' || !dataset || !field) continue;
      this.leave.push(cast.dataset(dataset).subscribe(({ rows }) => {
        const found = distinct(rows, field).sort(order);
        const before = this.current.get(name) ?? [];
        if (found.length === before.length && found.every((value, place) => value === before[place])) return;
        this.current = new Map(this.current).set(name, found);
        changed();
      }));
    }
  }

  destroy(): void {
    for (const leave of this.leave) leave();
  }
}

function distinct(rows: readonly Row[], field: string): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    found.add(cellText(row[field]));
    if (found.size === VALUES_MAX) break;
  }
  return [...found];
}
