// A time that attributes, addresses and properties name, in milliseconds since 1970; null is live.

import type { Time } from '../../sdk/src/types.js';

export function momentOf(time: Time | null): number | null {
  if (time === null || time === '') return null;
  const isCount = typeof time === 'number' || (typeof time === 'string' && /^-?\d+$/.test(time));
  const moment = isCount ? Number(time) : new Date(time).getTime();
  return Math.abs(moment) <= 8.64e15 ? moment : null;
}
