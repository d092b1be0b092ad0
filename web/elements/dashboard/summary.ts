// How a dashboard is: as its worst chart, at the time of the newest data.

import type { ChartState } from '../../sdk/src/types.js';
import { markOf, worstMark, type Mark } from '../parts/state_mark.js';

export interface Summary {
  readonly mark: Mark;
  readonly asOf: Date | null;
}

export function summaryOf(states: Iterable<ChartState>): Summary {
  const all = [...states];
  const times = all.flatMap(({ asOf }) => (asOf ? [asOf.getTime()] : []));
  return {
    mark: worstMark(all.map(markOf)),
    asOf: times.length > 0 ? new Date(Math.max(...times)) : null,
  };
}
