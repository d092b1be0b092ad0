// Elements are defined once: a page may load the bundle twice, also from two servers, and the first one counts.

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
