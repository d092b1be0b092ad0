// The ECharts instance of a view, in the look of the page. Loaded when a chart is first drawn.
//
// A change of rows hands ECharts the datasets alone, as lists that are never changed in place; a change of the
// option all of it, and what the option has lost goes. Nothing is made for each update that ECharts would keep.

import { restOf } from './difference.js';
import { kindFor, loadEcharts } from './load_echarts.js';
import type { Source } from './materialise.js';
import { paletteOf } from './palette.js';
import { partsOf, prepared } from './prepare.js';
import { selectionOf } from './selection.js';
import { datasetOption, guarded, materialise } from './shared.js';
import { themeOf } from './theme.js';
import type { Option } from './types.js';
import type { View } from './view.js';

export { png, svg } from './picture.js';

/** Below this width a chart has the measures of a phone, whatever the window has. */
const NARROW_PX = 480;
/** More rows than this move at once. */
const ANIMATED_ROWS = 500;
/** What changes more often than this moves at once, too: it would never come to rest. */
const CALM_MS = 1_000;

const query = (text: string): MediaQueryList => matchMedia(text);

export class Drawing {
  instance: any = null;
  #echarts: any = null;
  #kind = '';
  #loading = false;
  #disposed = false;
  #look = '';
  #ratio = 0;
  #template: Option | null = null;
  #drawn: Option | null = null;
  #drawnAt = -Infinity;
  #stopWatching: () => void;

  constructor(private readonly view: View, private readonly redraw: () => void) {
    const queries = ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)'].map(query);
    for (const one of queries) one.addEventListener('change', redraw);
    this.#stopWatching = () => queries.forEach((one) => one.removeEventListener('change', redraw));
  }

  draw(): void {
    const { source } = this.view;
    const { template } = source;
    if (!template) return;
    if (!this.#echarts || this.#kind !== 'full' && kindFor(template) === 'full') return this.#load(template);
    const sources = source.sources();
    this.#restyle(template);
    const calm = performance.now() - this.#drawnAt > CALM_MS;
    const animated = calm && sources.every(({ rows }) => rows.length <= ANIMATED_ROWS);
    this.#show(template, sources, 'animation' in template || animated ? {} : { animation: false });
    this.#drawnAt = performance.now();
  }

  resize(): void {
    this.instance?.resize();
  }

  dispose(): void {
    this.#disposed = true;
    this.#stopWatching();
    this.instance?.dispose();
    this.instance = null;
  }

  #load(template: Option): void {
    if (this.#loading) return;
    this.#loading = true;
    loadEcharts(template, this.view.source.host.echarts, this.view.renderer).then((echarts) => {
      this.#echarts = echarts;
      this.#kind = kindFor(template);
    }).catch((error: unknown) => {
      console.warn('chartcast: ECharts could not be loaded', error);
      return new Promise((resolve) => setTimeout(resolve, 5_000));
    }).finally(() => {
      this.#loading = false;
      if (!this.#disposed) this.redraw();
    });
  }

  /** A new theme draws everything anew: only when it is another one. */
  #restyle(template: Option): void {
    const { element, theme, titled } = this.view;
    const own = typeof theme === 'object' ? theme : null;
    const dark = theme === 'dark' || (theme === 'auto' && query('(prefers-color-scheme: dark)').matches);
    const look = {
      dark, titled,
      still: query('(prefers-reduced-motion: reduce)').matches,
      narrow: element.clientWidth < NARROW_PX,
      parts: partsOf(template),
      palette: paletteOf(dark, element),
    };
    const ratio = pixelRatioOf(element);
    const name = JSON.stringify([ratio, own ?? look]);
    if (name === this.#look) return;
    this.#look = name;
    const made = own ?? themeOf(look);
    if (this.instance?.setTheme && ratio === this.#ratio) return this.instance.setTheme(made);
    // An instance keeps its pixels, and before version 6 its theme.
    this.#ratio = ratio;
    this.instance?.dispose();
    this.#drawn = null;
    this.instance = this.#echarts.init(element, made, {
      renderer: this.view.renderer, devicePixelRatio: ratio,
      locale: this.view.source.host.locale.startsWith('zh') ? 'ZH' : 'EN',
    });
    this.instance.on('click', (event: unknown) => {
      guarded(() => this.view.port.selected(selectionOf(event, this.#drawn, this.view.source.sources())));
    });
  }

  #show(template: Option, sources: readonly Source[], animation: Option): void {
    const datasets = sources.map(lightDatasetOption);
    if (this.#drawn && this.#template === template && datasets.length > 0) {
      this.instance.setOption({ dataset: datasets, ...animation });
    } else {
      const option = prepared(materialise(template, sources));
      const rest = this.#drawn ? restOf(this.#drawn, option) : {};
      if (datasets.length > 0) option.dataset = [...datasets, ...option.dataset.slice(datasets.length)];
      this.instance.setOption({ ...option, ...animation }, rest);
      this.#drawn = option;
      this.#template = template;
    }
  }
}

/** A drawing that is enlarged as a whole, as on a wall, has several pixels of the screen for each of its own. */
function pixelRatioOf(element: HTMLElement): number {
  const enlarged = element.getBoundingClientRect().width / element.offsetWidth;
  return Math.round(devicePixelRatio * Math.max(1, enlarged || 1) * 100) / 100;
}

/** ECharts copies what it is given, cell by cell, but for lists that are marked as it marks typed arrays. */
function lightDatasetOption(source: Source): Option {
  const rows = [...source.rows];
  Object.defineProperty(rows, '__ec_primitive__', { value: true });
  return datasetOption({ ...source, rows });
}
