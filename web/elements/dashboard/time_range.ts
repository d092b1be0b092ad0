// A choice of a time range as text: a span that ends now (`15m`, `6h`, `7d`), or `FROM/TO` in ISO 8601, of which
// one may be missing (`2026-11-20T09:00:00.000Z/`). And what readers type: `2026-11-20 9:00` of their own clock.

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** In the order in which they are offered. */
export const PRESETS = ['15m', '1h', '6h', '24h'] as const;

const SPAN = /^([1-9][0-9]{0,4})([mhd])$/;
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const TYPED = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/** Null when the text is no range. */
export function rangeOf(text: string, now: number): TimeRange | null {
  const span = SPAN.exec(text);
  if (span) return { from: now - Number(span[1]) * UNITS[span[2] as keyof typeof UNITS], to: Infinity };
  const ends = text.split('/');
  if (ends.length !== 2 || text === '/') return null;
  const from = ends[0] ? Date.parse(ends[0]) : -Infinity;
  const to = ends[1] ? Date.parse(ends[1]) : Infinity;
  return from <= to ? { from, to } : null;
}

/** Whether what it admits changes with the clock. */
export const isMoving = (text: string): boolean => SPAN.test(text);

/** Null when it is no time; an empty text is undefined, an open end. */
export function typedTime(text: string): Date | null | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  const parts = TYPED.exec(typed)?.slice(1).map((digits) => Number(digits ?? 0));
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts;
  const time = new Date(year, month - 1, day, hour, minute, second);
  // The 31st of February would be a day of March.
  return time.getDate() === day && time.getMonth() === month - 1 && hour < 24 && minute < 60 ? time : null;
}

/** As `typedTime` reads it. */
export function typeable(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function rangeText(from: Date | undefined, to: Date | undefined): string {
  return from || to ? `${from?.toISOString() ?? ''}/${to?.toISOString() ?? ''}` : '';
}
