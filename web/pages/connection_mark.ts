// The mark of a page's own connection: for pages that show more than one element.

import '../elements/parts/state_mark.js';
import type { Mark, StateMark } from '../elements/parts/state_mark.js';
import type { Cast, ConnectionStatus } from '../sdk/src/types.js';

const MARKS: Record<ConnectionStatus, Mark> = {
  connecting: 'waiting', connected: 'live', disconnected: 'reconnecting', refused: 'refused', closed: 'reconnecting',
};

export function followConnection(mark: StateMark, cast: Cast): void {
  const show = (status: ConnectionStatus) => { mark.mark = MARKS[status]; };
  cast.on('connection', show);
  show(cast.status);
}
