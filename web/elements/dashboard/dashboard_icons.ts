// Icons that only dashboards need, drawn as those of parts/icons.ts.

import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const icon = (lines: SVGTemplateResult): TemplateResult => html`
  <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"
    stroke-linejoin="round" aria-hidden="true" focusable="false">${lines}</svg>`;

export const dashboardIcons = {
  chevron: icon(svg`<path d="m4 6.2 4 4 4-4"/>`),
  search: icon(svg`<circle cx="7" cy="7" r="4.3"/><path d="m10.2 10.2 3.6 3.6"/>`),
  light: icon(svg`<circle cx="8" cy="8" r="2.9"/><path d="M8 1.6v1.3M8 13.1v1.3M1.6 8h1.3M13.1 8h1.3M3.5 3.5l.9.9
    M11.6 11.6l.9.9M3.5 12.5l.9-.9M11.6 4.4l.9-.9"/>`),
  dark: icon(svg`<path d="M13.4 9.6A5.7 5.7 0 0 1 6.4 2.6a5.7 5.7 0 1 0 7 7z"/>`),
  print: icon(svg`<path d="M4.5 5.5v-3h7v3M4.5 11.5H3.2a1.2 1.2 0 0 1-1.2-1.2V6.7a1.2 1.2 0 0 1 1.2-1.2h9.6A1.2 1.2 0 0 1
    14 6.7v3.6a1.2 1.2 0 0 1-1.2 1.2h-1.3M4.5 9.5h7v4h-7z"/>`),
  screen: icon(svg`<rect x="1.8" y="2.5" width="12.4" height="8.6" rx="1.3"/><path d="M5.5 13.7h5M8 11.2v2.4"/>`),
};
