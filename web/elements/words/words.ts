// Which words a locale reads.

import { en } from './en.js';
import { zh_CN } from './zh_CN.js';

export type Words = typeof en;

export const wordsFor = (locale: string): Words => (/^zh\b/i.test(locale) ? zh_CN : en);

/** `{name}` in the text becomes the value of that name. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Words for a code of a refusal; a code that nobody has words for is shown as it is. */
export function refusalText(code: string | undefined, words: Words): string {
  const known = words.refusal as Record<string, string>;
  if (code && Object.hasOwn(known, code)) return known[code];
  return code ? `${words.refusal.unknown_reason} (${code})` : words.refusal.unknown_reason;
}
