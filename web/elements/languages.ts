// Texts by language, chosen as the server chooses them: the language itself, a related one, the first.

import type { LocaleTexts } from '../sdk/src/types.js';

const primary = (tag: string): string => tag.split('-')[0].toLowerCase();

export function inLanguage(texts: LocaleTexts | undefined, locale: string): string | undefined {
  if (!texts) return undefined;
  const related = Object.keys(texts).find((tag) => primary(tag) === primary(locale));
  return texts[locale] ?? (related === undefined ? Object.values(texts)[0] : texts[related]);
}
