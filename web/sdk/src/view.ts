// A chart in an element of the page: when it can be seen, how large it is, and when it is drawn. What it is
// drawn with comes later, from drawing.ts, which is loaded together with ECharts.

import type { Chart } from './chart.js';
import type { Drawing } from './drawing.js';
import { offFrame, onFrame } from './frame.js';
import type { Theme } from './look.js';
import type { ChartView, DrawEvent, LiveChart, MountOptions, SelectEvent } from './types.js';
import { watchSight } from './visibility.js';

/** A server that was gone for a moment may be back. */
const RETRY_MS = 5_000;
/** What changes more often than this is not calm: it would never come to rest. */
const CALM_MS = 2_000;

export interface ViewPort {
  visibilityChanged(): void;
  selected(event: SelectEvent): void;
  drawn(event: DrawEvent): void;
  destroyed(view: View): void;
}

export class View implements ChartView {
  /** Not before it is known to be: charts far down a page ask for nothing. */
  visible = false;
  /** Its changes come seldom, however late they are drawn. */
  calm = true;
  theme: Theme;
  readonly renderer: 'canvas' | 'svg';
  readonly titled: boolean;
  #drawing: Drawing | null = null;
  #loading = false;
  #destroyed = false;
  #dirty = true;
  #changedAt = -Infinity;
  #stopWatching: () => void = () => {};
  #sizes: ResizeObserver | undefined;
  readonly #draw = (): void => this.#drawNow();

  constructor(readonly source: Chart, readonly element: HTMLElement, options: MountOptions, readonly port: ViewPort) {
    this.theme = options.theme ?? 'auto';
    this.renderer = options.renderer === 'svg' ? 'svg' : 'canvas';
    this.titled = options.titled !== false;
    this.#stopWatching = watchSight(element, (visible) => this.#sightChanged(visible));
    if (typeof ResizeObserver === 'undefined') return;
    this.#sizes = new ResizeObserver(() => this.resize());
    this.#sizes.observe(element);
  }

  get chart(): LiveChart {
    return this.source;
  }

  get instance(): unknown {
    return this.#drawing?.instance ?? null;
  }

  /** What it shows has changed: it is drawn with the next frame in which it can be seen. */
  changed(): void {
    const now = performance.now();
    this.calm = now - this.#changedAt > CALM_MS;
    this.#changedAt = now;
    this.redraw();
  }

  redraw(): void {
    this.#dirty = true;
    this.#schedule();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#drawing?.lookChanged();
  }

  resize(): void {
    this.#drawing?.resize();
    this.#schedule({ first: true });
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    offFrame(this.#draw);
    this.#stopWatching();
    this.#sizes?.disconnect();
    this.#drawing?.dispose();
    this.#drawing = null;
    this.port.destroyed(this);
  }

  #sightChanged(visible: boolean): void {
    if (visible === this.visible || this.#destroyed) return;
    this.visible = visible;
    this.port.visibilityChanged();
    // While the server is asked for the rows, the browser gets what draws them.
    if (visible) this.#load();
    this.#schedule({ first: true });
  }

  /** What the reader does, scrolling too, waits for nothing, nor does the first picture. */
  #schedule({ first = !this.#drawing?.instance } = {}): void {
    if (this.visible && !this.#destroyed) onFrame(this.#draw, { first });
  }

  #drawNow(): void {
    const hasRoom = this.element.clientWidth > 0 && this.element.clientHeight > 0;
    if (!this.visible || !hasRoom || !this.source.template) return;
    if (!this.#drawing) return this.#load();
    const dirty = this.#dirty;
    this.#dirty = false;
    this.#drawing.draw(dirty);
  }

  #load(): void {
    if (this.#loading || this.#drawing) return;
    this.#loading = true;
    import('./drawing.js').then(({ Drawing }) => {
      if (this.#destroyed) return;
      this.#drawing = new Drawing(this, () => this.#schedule({ first: true }));
      this.#schedule();
    }).catch((error: unknown) => {
      console.warn('chartcast: drawing could not be loaded', error);
      setTimeout(() => {
        this.#loading = false;
        if (!this.#destroyed) this.#load();
      }, RETRY_MS);
    });
  }
}
