// Where panels stand: a grid of 12 columns as the configuration says it, one column in reading order on phones.

import type { Panel } from '../../sdk/src/types.js';

export const COLUMNS = 12;
const ROWS_MAX = 1000;

export interface Placed {
  readonly panel: Panel;
  /** `line / span tracks`, of CSS. */
  readonly column: string;
  readonly row: string;
  readonly rows: number;
  /** Two of them stand side by side on paper. */
  readonly isNarrow: boolean;
}

/** In reading order, which is the order of the keyboard and of screen readers, too. */
export function placed(panels: readonly Panel[]): Placed[] {
  const inReadingOrder = [...panels].sort((one, other) => one.at[1] - other.at[1] || one.at[0] - other.at[0]);
  return inReadingOrder.map((panel) => {
    const [x, y, width, height] = panel.at;
    const left = within(x, 0, COLUMNS - 1);
    const columns = within(width, 1, COLUMNS - left);
    const rows = within(height, 1, ROWS_MAX);
    return {
      panel,
      column: `${left + 1} / span ${columns}`,
      row: `${within(y, 0, ROWS_MAX) + 1} / span ${rows}`,
      rows,
      isNarrow: columns <= COLUMNS / 2,
    };
  });
}

/** How many rows the grid has: in kiosk mode they share the height of the screen. */
export function rowCount(panels: readonly Panel[]): number {
  return panels.reduce((rows, { at }) => Math.max(rows, within(at[1], 0, ROWS_MAX) + within(at[3], 1, ROWS_MAX)), 0);
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.trunc(value) || 0));
}
