// Which rows of a dataset a chart shows.

import type { Cells } from './protocol.js';
import { objectsOf } from './table.js';
import type { Cell, Row, RowFilter } from './types.js';

/** The rows that pass, or the list itself when the filter says nothing of this dataset. */
export function filtered(dims: readonly string[], rows: readonly Cells[], filter: RowFilter | null): readonly Cells[] {
  if (!filter) return rows;
  if (typeof filter === 'function') {
    const objects = objectsOf(dims, rows);
    return rows.filter((_, at) => passes(filter, objects[at]!));
  }
  const tests = Object.entries(filter)
    .map(([field, values]) => ({ dim: dims.indexOf(field), admits: admitter(values) }))
    .filter(({ dim }) => dim >= 0);
  if (tests.length === 0) return rows;
  return rows.filter((cells) => tests.every(({ dim, admits }) => admits(cells[dim]!)));
}

/** Values that come from an address are texts: 2024 is admitted by "2024". */
function admitter(values: readonly Cell[]): (cell: Cell) => boolean {
  const exact = new Set(values);
  return (cell) => exact.has(cell) || (typeof cell === 'number' || typeof cell === 'boolean') && exact.has(String(cell));
}

function passes(filter: (row: Row) => boolean, row: Row): boolean {
  try {
    return filter(row) === true;
  } catch {
    // A test that does not expect this row says nothing for it.
    return false;
  }
}
