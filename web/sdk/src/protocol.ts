// What a delta client is told (docs/protocol.md, "Live charts"), read with distrust: whatever has another
// shape reads as null, and whoever asked gets the chart anew. What is inside of rows is not looked at here;
// table.ts looks at it when it applies it.

import type { Cell } from './types.js';

export type Cells = Cell[];

/** A dataset's place in its history. */
export type Place = readonly [epoch: string, v: number];

export interface RowsBody {
  readonly epoch: string;
  readonly v: number;
  readonly dims: string[];
  readonly key: number[];
  readonly seq: number | number[];
  readonly rows: Cells[];
}

export interface Changes {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly ops: unknown[];
}

export interface Fresh {
  /** Milliseconds since 1970; 0 before the first data. */
  readonly asOf: number;
  readonly state: string;
}

export interface Since {
  tpl: Record<string, string>;
  ds: Record<string, Place>;
  raw: Record<string, Place>;
}

export type Members = Record<string, unknown>;

const ID = /^[A-Za-z0-9_-]{1,64}$/;

export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

export function readPlace(value: unknown): Place | null {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !isCount(value[1])) return null;
  return [value[0], value[1]];
}

export function readRows(value: unknown): RowsBody | null {
  if (!isObject(value)) return null;
  const { epoch, v, dims, key = [], seq, rows } = value;
  const sound = typeof epoch === 'string' && epoch !== '' && isCount(v) && Array.isArray(dims) && Array.isArray(rows)
    && dims.every((name) => typeof name === 'string') && isCounts(key) && key.every((dim) => dim < dims.length)
    && (isCount(seq) || (isCounts(seq) && seq.length === rows.length));
  return sound ? { epoch, v, dims, key, seq, rows } : null;
}

export function readChanges(value: unknown): Changes | null {
  if (!isObject(value)) return null;
  const { epoch, from, to, ops } = value;
  const sound = typeof epoch === 'string' && isCount(from) && isCount(to) && from <= to && Array.isArray(ops);
  return sound ? { epoch, from, to, ops } : null;
}

export function readFresh(value: unknown): Fresh | null {
  if (!isObject(value) || typeof value.state !== 'string') return null;
  return { asOf: isCount(value.asOf) ? value.asOf : 0, state: value.state };
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
