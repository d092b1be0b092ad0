// What a <live-chart> has of the SDK while it is on a page: its chart, the drawing of it, and where in time it
// is. One that is closed is never used again; another question makes another session.

import type {
  ChartEvents, ChartView, LiveChart, MountOptions, RowFilter, Time,
} from '../sdk/src/types.js';
import { holdCast, type HeldCast, type Wanted } from './casts.js';
import { inLanguage } from './languages.js';

export interface SessionOptions extends Wanted {
  readonly chart: string;
  readonly maxRate: number | null;
}

export type Listener = { [Name in keyof ChartEvents]: (event: ChartEvents[Name]) => void };

export class ChartSession {
  readonly chart: LiveChart;
  view: ChartView | null = null;
  private readonly held: HeldCast;
  private readonly leave: (() => void)[];
  private wantedTime: Time | null = null;
  private seeking = false;
  private closed = false;

  constructor(options: SessionOptions, listener: Listener) {
    this.held = holdCast(options);
    const { maxRate } = options;
    this.chart = this.held.cast.chart(options.chart, maxRate ? { maxRate } : {});
    this.leave = [
      this.chart.on('update', (event) => listener.update(event)),
      this.chart.on('state', (event) => listener.state(event)),
      this.chart.on('select', (event) => listener.select(event)),
      this.chart.on('draw', (event) => listener.draw(event)),
    ];
  }

  mount(element: HTMLElement, theme: NonNullable<MountOptions['theme']>): void {
    this.view = this.chart.mount(element, { theme, titled: false });
  }

  /** As the server's configuration has it, in the reader's language. */
  async configuredTitle(): Promise<string | undefined> {
    const { cast } = this.held;
    const found = (await cast.charts()).find(({ id }) => id === this.chart.id);
    return inLanguage(found?.title, cast.locale);
  }

  filter(filter: RowFilter | null): void {
    this.chart.filter(filter);
  }

  /**
   * Null is live. While one answer is waited for, of several further wishes only the last one counts.
   * Rejects when the past that is asked for cannot be had; what is shown stays.
   */
  async goTo(time: Time | null): Promise<void> {
    this.wantedTime = time;
    if (this.seeking) return;
    this.seeking = true;
    try {
      let shown: Time | null | undefined;
      while (!this.closed && shown !== this.wantedTime) {
        shown = this.wantedTime;
        if (shown === null) this.chart.live();
        else await this.chart.seek(shown);
      }
    } finally {
      this.seeking = false;
    }
  }

  /** Asks again for a chart that was refused. */
  retry(): void {
    this.chart.resume();
  }

  close(): void {
    this.closed = true;
    for (const act of this.leave) act();
    this.view?.destroy();
    this.chart.destroy();
    this.held.release();
  }
}
