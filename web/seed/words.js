// The demo's data is written in English; a page in another language brings the words that it shows.

// A copy of `value` in which each string that `words` knows is replaced.
export function translate(value, words) {
  if (typeof value === 'string') return Object.hasOwn(words, value) ? words[value] : value;
  if (Array.isArray(value)) return value.map((item) => translate(item, words));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, translate(item, words)]));
}

// "As of {time}" with its time.
export const fill = (text, name, value) => text.replace(`{${name}}`, value);
