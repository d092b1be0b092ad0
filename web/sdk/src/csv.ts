// Rows as CSV (RFC 4180): a header, one record a row, CRLF.
//
// A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line end) gets an
// apostrophe before it, as OWASP advises: rows may come from anybody. Numbers and texts that are numbers stay.

import type { Cells } from './protocol.js';
import type { Cell } from './types.js';

export function csvOf(dims: readonly string[], rows: readonly Cells[]): string {
  return [dims, ...rows].map((cells) => `${cells.map(fieldOf).join(',')}\r\n`).join('');
}

function fieldOf(cell: Cell): string {
  if (cell === null) return '';
  const text = typeof cell === 'string' ? harmless(cell) : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  // An empty text is told from no value by its quotes.
  return text === '' || /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replace(/"/g, '""')}"` : text;
}

function harmless(text: string): string {
  const formula = /^[=+\-@\t\r\n]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);
  return formula ? `'${text}` : text;
}
