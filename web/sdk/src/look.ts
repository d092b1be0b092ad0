// What the reader's system, the page and the size of a chart say of its look.

import { paletteOf } from './palette.js';
import { partsOf } from './prepare.js';
import { scaled } from './scaled.js';
import { themeOf } from './theme.js';
import type { Look } from './theme.js';
import type { MountOptions, Option } from './types.js';

export type Theme = NonNullable<MountOptions['theme']>;

/** Below this width a chart has the measures of a phone, whatever the window has. */
const NARROW_PX = 480;

/** Letters of this size are what themes are made for; and how far they grow. */
const BASE_PX = 14;
const SCALE_MAX = 3;

const QUERIES = ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)'] as const;

const lists = typeof matchMedia === 'function' ? QUERIES.map((query) => matchMedia(query)) : [];

const prefersDark = (): boolean => lists[0]?.matches === true;

/** Between `beforeprint` and `afterprint`: on paper everything is light and at rest. */
let onPaper = false;

if (typeof addEventListener === 'function') {
  for (const event of ['beforeprint', 'afterprint']) {
    addEventListener(event, () => { onPaper = event === 'beforeprint'; });
  }
}

/** The reader wants no motion. */
export const isStill = (): boolean => onPaper || lists[1]?.matches === true;

export function onPreferences(act: () => void): () => void {
  for (const list of lists) list.addEventListener('change', act);
  return () => lists.forEach((list) => list.removeEventListener('change', act));
}

/** A page that goes on paper, and comes back. What is to be printed has to be drawn before `act` returns. */
export function onPrint(act: () => void): () => void {
  if (typeof addEventListener !== 'function') return () => undefined;
  for (const event of ['beforeprint', 'afterprint']) addEventListener(event, act);
  return () => ['beforeprint', 'afterprint'].forEach((event) => removeEventListener(event, act));
}

export interface Place {
  readonly element: Element | null;
  readonly width: number;
  readonly theme: Theme;
  readonly titled: boolean;
}

/** A theme for `echarts.init()`, and its name: the same name is the same theme. */
export function themeAt({ element, width, theme, titled }: Place, template: Option): { name: string; theme: object } {
  if (typeof theme === 'object') return { name: JSON.stringify(theme), theme };
  const dark = isDark(theme);
  const scale = scaleAt(element);
  const look: Look = {
    dark, titled, still: isStill(), narrow: width < NARROW_PX * scale, parts: partsOf(template),
    palette: paletteOf(dark, element),
  };
  return { name: `${JSON.stringify(look)} ${scale}`, theme: scaled(themeOf(look), scale) };
}

/** Letters of a chart grow with those around it, as on a wall; they do not shrink. */
function scaleAt(element: Element | null): number {
  const letters = element && typeof getComputedStyle === 'function'
    ? parseFloat(getComputedStyle(element).fontSize) : BASE_PX;
  return Math.min(SCALE_MAX, Math.max(1, Math.round((letters / BASE_PX) * 20) / 20 || 1));
}

/** What a picture of a chart has behind it. */
export const groundOf = (element: Element | null, theme: Theme): string => paletteOf(isDark(theme), element).panel;

const isDark = (theme: Theme): boolean => !onPaper && (theme === 'dark' || (theme !== 'light' && prefersDark()));

export const echartsLocale = (locale: string): string => (locale.startsWith('zh') ? 'ZH' : 'EN');
