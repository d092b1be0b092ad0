// The replica of a dataset: its rows as the server's ops leave them (docs/protocol.md). An op costs what it
// changes; a list of all rows is made only when somebody asks for it, and kept until the next change. Rows
// are never changed in place, so whoever has a list (ECharts among them) may keep it.

import { isCount, isObject } from './protocol.js';
import type { Cells, Changes, Place, RowsBody } from './protocol.js';
import type { Cell, Row } from './types.js';

export type Verdict = 'applied' | 'ignored' | 'resync';

/** The server holds no more either. */
const ROWS_MAX = 1_000_000;

/** An op of a shape that docs/protocol.md does not have: the rows cannot be trusted any more. */
export class MalformedOps extends Error {}

const expect = (sound: boolean): void => {
  if (!sound) throw new MalformedOps('malformed ops');
};

export class Table {
  epoch = '';
  v = 0;
  dims: readonly string[] = [];
  #key: readonly number[] = [];
  // In the order of their sequence numbers while `#ordered`.
  #rows = new Map<number, Cells>();
  #ordered = true;
  #highest = -1;
  // Sequence numbers by key; empty when the dataset has no key.
  #places = new Map<string, number>();
  #list: Cells[] | null = null;
  #objects: Row[] | null = null;

  get place(): Place | null {
    return this.epoch === '' ? null : [this.epoch, this.v];
  }

  get size(): number {
    return this.#rows.size;
  }

  /** In order; the same array until something changes. */
  get rows(): readonly Cells[] {
    if (!this.#list) {
      this.#sort();
      this.#list = [...this.#rows.values()];
    }
    return this.#list;
  }

  /** The same rows by the names of their fields. */
  get objects(): readonly Row[] {
    this.#objects ??= objectsOf(this.dims, this.rows);
    return this.#objects;
  }

  snapshot({ epoch, v, dims, key, seq, rows }: RowsBody): Verdict {
    // Another chart of this dataset may have been told more already.
    if (epoch === this.epoch && v < this.v) return 'ignored';
    this.epoch = '';
    this.v = 0;
    this.dims = dims;
    this.#key = key;
    this.#replace(rows, seq);
    this.epoch = epoch;
    this.v = v;
    return 'applied';
  }

  changes({ epoch, from, to, ops }: Changes): Verdict {
    if (epoch !== this.epoch || from > this.v) return 'resync';
    if (to <= this.v) return 'ignored';
    this.#list = null;
    this.#objects = null;
    // Whoever fails half-way through has no place in the history any more.
    this.epoch = '';
    for (const op of ops) this.#apply(op);
    expect(this.#rows.size <= ROWS_MAX);
    this.epoch = epoch;
    this.v = to;
    return 'applied';
  }

  beat([epoch, v]: Place): Verdict {
    return epoch !== this.epoch || v > this.v ? 'resync' : 'ignored';
  }

  #apply(op: unknown): void {
    expect(Array.isArray(op));
    const [name, first, second] = op as unknown[];
    switch (name) {
      case 'replace': return this.#replace(first, second);
      case 'trim': return this.#trim(first);
      case 'remove': return this.#remove(first);
      case 'append': return this.#append(first, second);
      case 'upsert': return second === undefined ? this.#update(first) : this.#upsert(first, second);
      case 'set': return this.#set(first);
      default: return expect(false);
    }
  }

  #replace(rows: unknown, seq: unknown): void {
    this.#clear();
    eachRow(rows, seq, (place, cells) => this.#put(place, this.#checked(cells)));
  }

  #trim(before: unknown): void {
    expect(isCount(before));
    this.#sort();
    for (const [seq, cells] of this.#rows) {
      if (seq >= (before as number)) return;
      this.#rows.delete(seq);
      if (this.#key.length > 0) this.#places.delete(this.#keyOf(cells));
    }
  }

  #remove(keys: unknown): void {
    expect(Array.isArray(keys));
    for (const key of keys as unknown[]) {
      const seq = this.#find(key);
      if (seq === undefined) continue;
      this.#rows.delete(seq);
      if (this.#key.length > 0) this.#places.delete(textOfKey(key));
    }
  }

  #append(first: unknown, rows: unknown): void {
    eachRow(rows, first, (seq, cells) => {
      if (!this.#rows.has(seq)) this.#put(seq, this.#checked(cells));
    });
  }

  #upsert(rows: unknown, seqs: unknown): void {
    eachRow(rows, seqs, (seq, cells) => this.#put(seq, this.#checked(cells)));
  }

  #update(rows: unknown): void {
    expect(Array.isArray(rows) && this.#key.length > 0);
    for (const row of rows as unknown[]) {
      const cells = this.#checked(row);
      const seq = this.#places.get(this.#keyOf(cells));
      if (seq !== undefined) this.#rows.set(seq, cells);
    }
  }

  #set(changes: unknown): void {
    expect(Array.isArray(changes));
    for (const change of changes as unknown[]) {
      expect(Array.isArray(change) && isObject(change[1]));
      const [key, cells] = change as [unknown, Record<string, Cell>];
      const seq = this.#find(key);
      if (seq === undefined) continue;
      const row = this.#rows.get(seq)!.slice();
      for (const [dim, value] of Object.entries(cells)) {
        expect(Number(dim) < row.length);
        row[Number(dim)] = value;
      }
      this.#rows.set(seq, row);
    }
  }

  #put(seq: number, cells: Cells): void {
    if (this.#key.length > 0) {
      const key = this.#keyOf(cells);
      const before = this.#places.get(key);
      if (before !== undefined && before !== seq) this.#rows.delete(before);
      const other = this.#rows.get(seq);
      if (other) this.#places.delete(this.#keyOf(other));
      this.#places.set(key, seq);
    }
    if (seq > this.#highest) this.#highest = seq;
    else if (!this.#rows.has(seq)) this.#ordered = false;
    this.#rows.set(seq, cells);
  }

  #checked(cells: unknown): Cells {
    expect(Array.isArray(cells) && cells.length === this.dims.length);
    return cells as Cells;
  }

  #find(key: unknown): number | undefined {
    if (this.#key.length > 0) return this.#places.get(textOfKey(key));
    return isCount(key) && this.#rows.has(key) ? key : undefined;
  }

  #keyOf(cells: Cells): string {
    return textOfKey(this.#key.length === 1 ? cells[this.#key[0]!] : this.#key.map((dim) => cells[dim]));
  }

  #sort(): void {
    if (this.#ordered) return;
    this.#rows = new Map([...this.#rows].sort(([a], [b]) => a - b));
    this.#ordered = true;
  }

  #clear(): void {
    this.#rows.clear();
    this.#places.clear();
    this.#ordered = true;
    this.#highest = -1;
    this.#list = null;
    this.#objects = null;
  }
}

export function objectsOf(dims: readonly string[], rows: readonly Cells[]): Row[] {
  return rows.map((cells) => {
    const row: Row = {};
    for (let dim = 0; dim < dims.length; dim += 1) row[dims[dim]!] = cells[dim]!;
    return row;
  });
}

/** Calls `act` with each row and its sequence number; `seq` is the first one's, or a list of them. */
function eachRow(rows: unknown, seq: unknown, act: (seq: number, cells: unknown) => void): void {
  expect(Array.isArray(rows));
  const list = rows as unknown[];
  const numbers = Array.isArray(seq) ? seq : null;
  expect(numbers ? numbers.length === list.length && numbers.every(isCount) : isCount(seq));
  list.forEach((cells, at) => act(numbers ? numbers[at] : (seq as number) + at, cells));
}

// Texts are the usual keys, and need no quoting to be told from each other.
const textOfKey = (key: unknown): string => (typeof key === 'string' ? `"${key}` : JSON.stringify(key));
