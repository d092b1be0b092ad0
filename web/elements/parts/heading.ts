// A heading of the level that the page around an element needs: h1 to h6.

import { html, literal } from 'lit/static-html.js';

const TAGS = {
  h1: literal`h1`, h2: literal`h2`, h3: literal`h3`, h4: literal`h4`, h5: literal`h5`, h6: literal`h6`,
};

/** `level` is what an attribute said: what is no level counts as h2. */
export function heading(level: string, content: unknown) {
  const tag = Object.hasOwn(TAGS, level) ? TAGS[level as keyof typeof TAGS] : TAGS.h2;
  return html`<${tag} class="title" part="title">${content}</${tag}>`;
}
