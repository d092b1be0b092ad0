// Icons of 16 × 16, drawn with lines in the colour of the text around them. What they mean is always said in
// words as well: they are hidden from screen readers.

import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const icon = (lines: SVGTemplateResult): TemplateResult => html`
  <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"
    stroke-linejoin="round" aria-hidden="true" focusable="false">${lines}</svg>`;

export const icons = {
  more: icon(svg`<g fill="currentColor" stroke="none"><circle cx="8" cy="3.2" r="1.35"/><circle cx="8" cy="8" r="1.35"/>
    <circle cx="8" cy="12.8" r="1.35"/></g>`),
  table: icon(svg`<rect x="2" y="2.75" width="12" height="10.5" rx="1.5"/><path d="M2 6.5h12M2 9.9h12M6.4 6.5v6.7"/>`),
  chart: icon(svg`<path d="M2.5 2.5v11h11M5.8 10.5V7.7M9 10.5V4.8M12.2 10.5V6.4"/>`),
  fullScreen: icon(svg`<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>`),
  link: icon(svg`<path d="M6.8 9.2a2.7 2.7 0 0 0 3.8 0l2.2-2.2A2.7 2.7 0 0 0 9 3.2l-.8.8M9.2 6.8a2.7 2.7 0 0 0-3.8 0
    L3.2 9A2.7 2.7 0 0 0 7 12.8l.8-.8"/>`),
  image: icon(svg`<rect x="2" y="2.5" width="12" height="11" rx="1.5"/><circle cx="5.4" cy="5.9" r="1"/>
    <path d="m2.4 12 3.4-3.3 2.2 2 2.7-3.2 3.1 3.6"/>`),
  file: icon(svg`<path d="M9.2 1.8H4.4A1.4 1.4 0 0 0 3 3.2v9.6a1.4 1.4 0 0 0 1.4 1.4h7.2a1.4 1.4 0 0 0 1.4-1.4V5.6z
    M9.2 1.8v3.8H13M5.6 8.8h4.8M5.6 11.3h3.2"/>`),
  clock: icon(svg`<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.3 1.5"/>`),
  play: icon(svg`<path d="M4.8 3v10l8-5z" fill="currentColor"/>`),
  pause: icon(svg`<path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2"/>`),
  check: icon(svg`<path d="m3 8.6 3.2 3.2L13 4.6"/>`),
  copy: icon(svg`<rect x="5.5" y="5.5" width="8" height="8.5" rx="1.4"/><path d="M10.5 5.5V3.4A1.4 1.4 0 0 0 9.1 2H3.9
    a1.4 1.4 0 0 0-1.4 1.4v5.7a1.4 1.4 0 0 0 1.4 1.4h1.6"/>`),
  close: icon(svg`<path d="m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4"/>`),
  live: icon(svg`<circle cx="8" cy="8" r="4" fill="currentColor" stroke="none"/>`),
  waiting: icon(svg`<circle cx="8" cy="8" r="3.6" stroke-dasharray="2 2.5"/>`),
  reconnecting: icon(svg`<path d="M13 6.5A5.3 5.3 0 0 0 3.4 5.2M3 9.5a5.3 5.3 0 0 0 9.6 1.3M13.2 3.2v3.4H9.8
    M2.8 12.8V9.4h3.4"/>`),
  warning: icon(svg`<path d="M8 2.2 1.9 13h12.2zM8 6.4v3.1"/><circle cx="8" cy="11.3" r=".6" fill="currentColor"/>`),
  degraded: icon(svg`<circle cx="8" cy="8" r="5"/><path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor"/>`),
  replay: icon(svg`<path d="M3 8a5 5 0 1 0 1.6-3.7M4.4 1.8v2.8h2.8M8 5.4V8l1.8 1.2"/>`),
  refused: icon(svg`<circle cx="8" cy="8" r="5.4"/><path d="m4.3 4.3 7.4 7.4"/>`),
  chevron: icon(svg`<path d="m4 6.2 4 4 4-4"/>`),
  search: icon(svg`<circle cx="7" cy="7" r="4.3"/><path d="m10.2 10.2 3.6 3.6"/>`),
  print: icon(svg`<path d="M4.5 5.5v-3h7v3M4.5 11.5H3.2A1.2 1.2 0 0 1 2 10.3V6.7a1.2 1.2 0 0 1 1.2-1.2h9.6A1.2 1.2 0 0 1
    14 6.7v3.6a1.2 1.2 0 0 1-1.2 1.2h-1.3M4.5 9.5h7v4h-7z"/>`),
  screen: icon(svg`<rect x="1.8" y="2.5" width="12.4" height="8.6" rx="1.3"/><path d="M5.5 13.7h5M8 11.2v2.4"/>`),
};

export type IconName = keyof typeof icons;
