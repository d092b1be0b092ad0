// Numbers, dates and ages as the reader's locale writes them. Formatters are costly to make and kept.

/** The first of: what was asked for, the language of the document, the reader's. */
export function localeOf(asked: string | null | undefined): string {
  for (const tag of [asked, document.documentElement.lang, navigator.language]) {
    if (tag && isLocale(tag)) return tag;
  }
  return 'en';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/**
 * Where only the language is known, the reader's own country decides how dates and numbers look: en for
 * somebody in Britain is en-GB.
 */
function regional(locale: string): string {
  return navigator.languages?.find((tag) => tag.split('-')[0] === locale) ?? locale;
}

const kept = new Map<string, unknown>();

function keep<Formatter>(key: string, make: () => Formatter): Formatter {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key) as Formatter;
}

export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return keep(`number ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(regional(locale), options));
}

export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return keep(`date ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(regional(locale), options));
}

const TIME: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit', second: '2-digit' };
const DATE: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' };

/** The time of day, with its date where that is another day than the reader's today. */
export function timeText(time: Date | number, locale: string, parts: Intl.DateTimeFormatOptions = TIME): string {
  const today = new Date(time).toDateString() === new Date().toDateString();
  return dateFormat(locale, today ? parts : { ...DATE, ...parts }).format(time);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]];

/** "3 minutes ago"; nothing for what is younger than a minute. */
export function ageText(seconds: number, locale: string): string {
  const unit = UNITS.find(([, size]) => seconds >= size);
  if (!unit) return '';
  return keep(`age ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'always' }))
    .format(-Math.floor(seconds / unit[1]), unit[0]);
}

/** ISO 8601 of what an attribute or an address may have said; null for what is no time. */
export function isoTime(time: Date | number | string | null): string | null {
  const date = time === null ? null : new Date(time);
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : null;
}
