// The colours of charts: ours, light and dark, or those of the page, from the custom properties of the element
// that a chart is drawn in: --cc-accent, --cc-panel, --cc-ink, --cc-ink-soft, --cc-line, --cc-font.

export interface Palette {
  readonly colors: readonly string[];
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly panel: string;
  readonly track: string;
  readonly accent: string;
  readonly wash: string;
  readonly ramp: readonly string[];
  readonly font: string;
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", '
  + '"Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", sans-serif';

const LIGHT: Palette = {
  colors: ['#1f3a93', '#5b8def', '#0f8a6c', '#c27c0e', '#d1495b', '#7a5cc7'],
  ink: '#161a22', soft: '#596273', faint: '#8a93a3', line: '#e3e6eb', panel: '#ffffff', track: '#eceff4',
  accent: '#2456e6', wash: 'rgba(36, 86, 230, 0.10)', ramp: ['#e4ebff', '#86a5f5', '#1f3a93'], font: FONT,
};
const DARK: Palette = {
  colors: ['#b5c8ff', '#5178e0', '#4cc9a4', '#f5c04e', '#f2838f', '#b39cf0'],
  ink: '#eceff4', soft: '#9aa4b5', faint: '#6d7788', line: '#272d36', panel: '#171b21', track: '#242a33',
  accent: '#7c9cff', wash: 'rgba(124, 156, 255, 0.14)', ramp: ['#1d2740', '#4465b8', '#c3d2ff'], font: FONT,
};

const PROPERTIES = { panel: '--cc-panel', ink: '--cc-ink', soft: '--cc-ink-soft', line: '--cc-line' } as const;

export function paletteOf(dark: boolean, element: Element | null): Palette {
  const palette = { ...(dark ? DARK : LIGHT) };
  if (!element || typeof getComputedStyle !== 'function') return palette;
  const style = getComputedStyle(element);
  for (const [name, property] of Object.entries(PROPERTIES)) {
    palette[name as keyof typeof PROPERTIES] = colorOf(element, style, property) ?? palette[name as keyof typeof PROPERTIES];
  }
  palette.font = style.getPropertyValue('--cc-font').trim() || palette.font;
  const accent = colorOf(element, style, '--cc-accent');
  return accent ? { ...palette, ...branded(accent, palette, dark) } : palette;
}

/** Whatever CSS takes for a colour, as the numbers that ECharts knows. */
function colorOf(element: Element, style: CSSStyleDeclaration, property: string): string | undefined {
  if (style.getPropertyValue(property).trim() === '') return undefined;
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return channels(color) ? color : undefined;
}

function channels(color: string): number[] | undefined {
  const numbers = /^rgba?\(([^)]+)\)$/.exec(color)?.[1]?.split(/[\s,/]+/).map(Number).slice(0, 3);
  return numbers?.length === 3 && numbers.every(Number.isFinite) ? numbers : undefined;
}

function branded(accent: string, { colors, panel }: Palette, dark: boolean): Partial<Palette> {
  const ground = channels(panel) ?? (dark ? [23, 27, 33] : [255, 255, 255]);
  const mixed = (share: number): string => `rgb(${channels(accent)!
    .map((channel, at) => Math.round(channel * share + ground[at]! * (1 - share))).join(', ')})`;
  return {
    accent,
    colors: [accent, ...colors.slice(1)],
    wash: mixed(0.12).replace('rgb(', 'rgba(').replace(')', ', 0.6)'),
    ramp: [mixed(0.14), mixed(0.55), accent],
  };
}
