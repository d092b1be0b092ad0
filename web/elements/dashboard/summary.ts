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
  // A chart below the window asks for nothing yet, or any more: that is no trouble of the dashboard.
  const marks = all.map(markOf);
  const awake = marks.filter((mark) => mark !== 'waiting' && mark !== 'paused' && mark !== 'refused');
  return {
    mark: worstMark(awake.length > 0 ? awake : marks),
    asOf: times.length > 0 ? new Date(Math.max(...times)) : null,
  };
}
