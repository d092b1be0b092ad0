// A chart as a file: from the view that shows it, or from one that nobody sees.

import type { Chart } from './chart.js';
import { loadEcharts } from './load_echarts.js';
import { echartsLocale, groundOf, themeAt } from './look.js';
import { prepared } from './prepare.js';
import { ChartcastError } from './shared.js';
import type { View } from './view.js';

/** Of a chart that is nowhere on the page. */
const SIZE = { width: 960, height: 540 };

export async function png(chart: Chart, views: readonly View[], options: { scale?: number; background?: string }): Promise<Blob> {
  const dispose: (() => void)[] = [];
  try {
    const shown = views.find((view) => view.instance && view.renderer === 'canvas')?.instance as any;
    const instance = shown ?? await hidden(chart, views, 'canvas', dispose);
    const background = options.background ?? groundOf(views[0]?.element ?? null, views[0]?.theme ?? 'auto');
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
  const element = views[0]?.element ?? null;
  const theme = views[0]?.theme ?? 'auto';
  const seen = element !== null && element.clientWidth > 0 && element.clientHeight > 0;
  const { width, height } = seen ? { width: element.clientWidth, height: element.clientHeight } : SIZE;
  const echarts = await loadEcharts(option, chart.host.echarts, renderer);
  const instance = echarts.init(renderer === 'svg' ? null : document.createElement('div'),
    themeAt({ element, width, theme, titled: true }, option).theme,
    { renderer, ssr: renderer === 'svg', width, height, locale: echartsLocale(chart.host.locale) });
  dispose.push(() => instance.dispose());
  const ground = renderer === 'svg' ? { backgroundColor: groundOf(element, theme) } : {};
  instance.setOption({ ...prepared(option), animation: false, ...ground });
  return instance;
}
