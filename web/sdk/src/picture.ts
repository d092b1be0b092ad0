// A chart as a file: from the view that shows it, or from one that nobody sees.

import type { Chart } from './chart.js';
import { loadEcharts } from './load_echarts.js';
import { paletteOf } from './palette.js';
import { partsOf, prepared } from './prepare.js';
import { ChartcastError } from './shared.js';
import { themeOf } from './theme.js';
import type { View } from './view.js';

/** Of a chart that is nowhere on the page. */
const SIZE = { width: 960, height: 540 };

export async function png(chart: Chart, views: readonly View[], options: { scale?: number; background?: string }): Promise<Blob> {
  const dispose: (() => void)[] = [];
  try {
    const shown = views.find((view) => view.instance && view.renderer === 'canvas')?.instance as any;
    const instance = shown ?? await hidden(chart, views, 'canvas', dispose);
    const background = options.background ?? groundOf(views[0]);
    const canvas: HTMLCanvasElement = instance.renderToCanvas({ pixelRatio: options.scale ?? 2, backgroundColor: background });
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new ChartcastError('no_picture', 0));
    }, 'image/png'));
  } finally {
    dispose.forEach((act) => act());
  }
}

export async function svg(chart: Chart, views: readonly View[]): Promise<Blob> {
  const dispose: (() => void)[] = [];
  try {
    const instance = await hidden(chart, views, 'svg', dispose);
    return new Blob([instance.renderToSVGString()], { type: 'image/svg+xml' });
  } finally {
    dispose.forEach((act) => act());
  }
}

/** An instance without animation, of the same size and look as the first view. */
async function hidden(chart: Chart, views: readonly View[], renderer: 'canvas' | 'svg', dispose: (() => void)[]): Promise<any> {
  const { option } = chart;
  if (!option) throw new ChartcastError('no_data', 0, 'There is nothing to draw yet.');
  const view = views[0];
  const size = view && view.element.clientWidth > 0
    ? { width: view.element.clientWidth, height: view.element.clientHeight } : SIZE;
  const echarts = await loadEcharts(option, chart.host.echarts, renderer);
  const theme = typeof view?.theme === 'object' ? view.theme : themeOf({
    dark: isDark(view), narrow: size.width < 480, still: true, titled: true, parts: partsOf(option),
    palette: paletteOf(isDark(view), view?.element ?? null),
  });
  const holder = renderer === 'svg' ? null : document.createElement('div');
  const instance = echarts.init(holder, theme, {
    renderer, ssr: renderer === 'svg', ...size, locale: chart.host.locale.startsWith('zh') ? 'ZH' : 'EN',
  });
  dispose.push(() => instance.dispose());
  instance.setOption({ ...prepared(option), animation: false, ...(renderer === 'svg' ? { backgroundColor: groundOf(view) } : {}) });
  return instance;
}

function isDark(view: View | undefined): boolean {
  if (view?.theme === 'dark') return true;
  return (view?.theme ?? 'auto') === 'auto' && typeof matchMedia === 'function'
    && matchMedia('(prefers-color-scheme: dark)').matches;
}

const groundOf = (view: View | undefined): string => paletteOf(isDark(view), view?.element ?? null).panel;
