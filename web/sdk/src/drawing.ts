// The ECharts instance of a view, in the look of the page. Loaded when a chart is first drawn.
//
// A change of rows hands ECharts the datasets alone, as lists that are never changed in place; a change of the
// option all of it, and what the option has lost goes. Nothing is made for each update that ECharts would keep.

import { restOf } from './difference.js';
import { kindFor, loadEcharts } from './load_echarts.js';
import { echartsLocale, isStill, onPreferences, onPrint, themeAt } from './look.js';
import type { Source } from './materialise.js';
import { prepared } from './prepare.js';
import { selectionOf } from './selection.js';
import { datasetOption, guarded, materialise } from './shared.js';
import type { Option } from './types.js';
import type { View } from './view.js';

export { png, svg } from './picture.js';

/** More rows than this move at once. */
const ANIMATED_ROWS = 500;
const RETRY_MS = 5_000;

export class Drawing {
  instance: any = null;
  #echarts: any = null;
  #kind = '';
  #loading = false;
  #disposed = false;
  #look = '';
  #lookIsOld = true;
  #failed: Option | null = null;
  #template: Option | null = null;
  #drawn: Option | null = null;
  #stopWatching: () => void;

  /** `redraw` asks for a draw() with the next frame. */
  constructor(private readonly view: View, private readonly redraw: () => void) {
    const stops = [onPreferences(() => this.lookChanged()), onPrint(() => this.#drawAtOnce())];
    this.#stopWatching = () => stops.forEach((stop) => stop());
    // Most charts need no more of it than this.
    this.#load({});
  }

  /** `changed`: not only the look may be another. */
  draw(changed: boolean): void {
    const { source } = this.view;
    const { template } = source;
    if (!template) return;
    if (!this.#echarts || (this.#kind !== 'full' && kindFor(template) === 'full')) return this.#load(template);
    if (this.#lookIsOld || template !== this.#template) this.#restyle(template);
    if (!changed && this.#drawn) return;
    try {
      this.#show(template, source.sources());
      if (this.#failed) this.view.port.drawn({ error: null });
      this.#failed = null;
    } catch (error) {
      this.#fail(template, error as Error);
    }
  }

  /** ECharts threw: what it has half taken in has to stay in no later picture. Told once for an option. */
  #fail(template: Option, error: Error): void {
    this.instance.dispose();
    this.instance = null;
    this.#drawn = null;
    this.#look = '';
    this.#lookIsOld = true;
    if (this.#failed === template) return;
    this.#failed = template;
    console.warn(`chartcast: ECharts cannot draw "${this.view.source.id}"`, error);
    this.view.port.drawn({ error });
  }

  #drawAtOnce(): void {
    if (!this.instance) return;
    this.#lookIsOld = true;
    this.draw(false);
    this.instance.resize();
    this.instance.getZr().flush();
  }

  /** To be looked at with the next draw(): it costs a look at the page's styles. */
  lookChanged(): void {
    this.#lookIsOld = true;
    this.redraw();
  }

  resize(): void {
    this.instance?.resize();
    this.lookChanged();
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
      return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }).finally(() => {
      this.#loading = false;
      if (!this.#disposed) this.view.redraw();
    });
  }

  /** A new theme draws everything anew: only when it is another one. */
  #restyle(template: Option): void {
    const { element, theme: wanted, titled, renderer, source } = this.view;
    this.#lookIsOld = false;
    const { name, theme } = themeAt({ element, width: element.clientWidth, theme: wanted, titled }, template);
    if (name === this.#look) return;
    this.#look = name;
    if (this.instance?.setTheme) return this.instance.setTheme(theme);
    // Before version 6 an instance keeps its theme.
    this.instance?.dispose();
    this.#drawn = null;
    this.instance = this.#echarts.init(element, theme, { renderer, locale: echartsLocale(source.host.locale) });
    this.instance.on('click', (event: unknown) => {
      guarded(() => this.view.port.selected(selectionOf(event, this.#drawn, source.sources())));
    });
  }

  #show(template: Option, sources: readonly Source[]): void {
    // Rows of ours have no header, whatever the first of them holds.
    const dataset = sources.map((source) => ({ ...datasetOption(source), sourceHeader: false }));
    const motion = 'animation' in template ? {} : { animation: this.#mayMove(sources) };
    if (this.#drawn && this.#template === template && dataset.length > 0) {
      this.instance.setOption({ dataset, ...motion });
    } else {
      const option = prepared(materialise(template, sources));
      if (dataset.length > 0) option.dataset = [...dataset, ...option.dataset.slice(dataset.length)];
      this.instance.setOption({ ...option, ...motion }, this.#drawn ? restOf(this.#drawn, option) : {});
      this.#drawn = option;
      this.#template = template;
    }
    // All is on the canvas now. Without this ECharts asks the browser for ten more frames, in case something moves.
    const { animation } = this.instance.getZr();
    if (animation.isFinished()) animation.stop();
  }

  #mayMove(sources: readonly Source[]): boolean {
    return this.view.calm && !isStill() && sources.every(({ rows }) => rows.length <= ANIMATED_ROWS);
  }
}
