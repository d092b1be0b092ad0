// The arithmetic of the time scrubber: steps that people think in, and when the past has become the present.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR,
  6 * HOUR, 24 * HOUR];
const STEPS_OF_THE_SLIDER = 120;
const PAGE = 10;

/** Closer to now than this, or than half a step, is now. */
const PRESENT_MS = 1500;

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How far one press of an arrow key goes. */
export function stepOf({ from, to }: Range): number {
  return STEPS.find((step) => (to - from) / step <= STEPS_OF_THE_SLIDER) ?? STEPS.at(-1)!;
}

/** A time within the range; null is live. */
export function placed(time: number, range: Range): number | null {
  const present = Math.min(PRESENT_MS, stepOf(range) / 2);
  return time >= range.to - present ? null : Math.max(range.from, time);
}

/** Where a key leads to; undefined for keys that lead nowhere. Null, as everywhere, is live. */
export function afterKey(key: string, at: number | null, range: Range): number | null | undefined {
  const step = stepOf(range);
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -PAGE, PageUp: PAGE };
  if (key === 'Home') return range.from;
  if (key === 'End') return null;
  if (!Object.hasOwn(steps, key)) return undefined;
  return placed((at ?? range.to) + step * steps[key as keyof typeof steps], range);
}
