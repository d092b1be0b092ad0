// `$format` of a template: numbers as people of the viewer's language write them. `currency:CODE` and
// `unit:TEXT`, at labels of axes (short: 1.2M, 120万) and at a gauge's number, as docs/protocol.md says.

/** Where ECharts calls a formatter with a value alone, and whether there is little room. */
const PLACES: Record<string, { short: boolean }> = { axisLabel: { short: true }, detail: { short: false } };

/** From here on a number at an axis is shortened. */
const LONG = 10_000;

export interface Formatter {
  (value: unknown): string;
  /** The `$format` that it was made of: for who has more room than an axis, as a table. */
  format?: string;
}

export function formatterOf(format: unknown, place: string, locale: string): Formatter | undefined {
  const known = Object.hasOwn(PLACES, place) ? PLACES[place] : undefined;
  const formatter = known && typeof format === 'string' ? valueFormatter(format, locale, known) : undefined;
  return formatter && Object.assign(formatter, { format });
}

export function valueFormatter(format: string, locale: string, { short }: { short: boolean }): Formatter | undefined {
  const colon = format.indexOf(':');
  const kind = format.slice(0, Math.max(colon, 0));
  const what = format.slice(colon + 1);
  const currency = kind === 'currency' ? currencyStyle(what) : undefined;
  if (kind !== 'unit' && !currency) return undefined;
  const usual = new Intl.NumberFormat(locale, { maximumFractionDigits: 2, ...currency, ...(short ? WHOLE : {}) });
  const compact = new Intl.NumberFormat(locale, { ...currency, ...WHOLE, notation: 'compact', maximumFractionDigits: 1 });
  const suffix = kind === 'unit' ? ` ${what}` : '';
  return (value) => {
    const number = typeof value === 'number' ? value : Number.NaN;
    if (!Number.isFinite(number)) return value === null || value === undefined ? '' : String(value);
    return (short && Math.abs(number) >= LONG ? compact : usual).format(number) + suffix;
  };
}

// Ten yuan at an axis are ¥10, not ¥10.00.
const WHOLE = { minimumFractionDigits: 0 } as const;

function currencyStyle(code: string): Intl.NumberFormatOptions | undefined {
  // What is no code of three letters would throw.
  if (!/^[A-Za-z]{3}$/.test(code)) return undefined;
  return { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' };
}
