// The chosen items of a chart in full colour, the others faint: for the chart in which they were clicked, which
// goes on showing all of its rows. ECharts forgets what was lit when a chart is drawn anew, and when the pointer
// leaves an item; then they are lit again.

import type { ChartView, Option } from '../../sdk/src/types.js';
import { cellText } from './choices.js';

const list = (value: any): any[] => (Array.isArray(value) ? value : value ? [value] : []);

const AGAIN_MS = 200;
const LEAVING = ['mouseout', 'globalout'];

interface Target {
  readonly seriesIndex: number;
  readonly dataIndex?: number[];
  readonly name?: string[];
}

export class Highlight {
  private targets: readonly Target[] = [];
  private instance: any | null = null;
  private frame = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly leave: () => void;

  constructor(private readonly view: ChartView, private readonly field: string, private values: readonly string[]) {
    this.leave = view.chart.on('update', () => this.applyOnceDrawn());
    this.follow();
  }

  choose(values: readonly string[]): void {
    const isSame = values.length === this.values.length && values.every((value, place) => value === this.values[place]);
    this.values = values;
    // Another instance, as after a change of the screen's pixels.
    if (this.instance !== this.view.instance) this.follow();
    else if (!isSame && this.instance) this.apply();
  }

  destroy(): void {
    this.leave();
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    if (!this.isThere()) return;
    for (const event of LEAVING) this.instance.off(event, this.onLeave);
    this.put();
    this.instance.setOption({ series: this.emphasis(true) });
  }

  /** The instance comes when ECharts is there. */
  private follow(): void {
    clearTimeout(this.waiting);
    this.targets = [];
    this.instance = this.view.instance;
    if (!this.instance) {
      this.waiting = setTimeout(() => this.follow(), AGAIN_MS);
      return;
    }
    for (const event of LEAVING) this.instance.on(event, this.onLeave);
    this.instance.setOption({ series: this.emphasis(false) });
    this.apply();
  }

  private isThere(): boolean {
    return this.instance !== null && !this.instance.isDisposed();
  }

  /** A chart is drawn in the frame after its rows have changed. */
  private applyOnceDrawn(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.frame = requestAnimationFrame(() => this.apply());
    });
  }

  private apply(): void {
    const { option } = this.view.chart;
    if (!option || !this.isThere()) return;
    this.put();
    this.targets = list(option.series).flatMap((series, place) => this.targetOf(option, series, place));
    this.light();
  }

  /** In one action, of which the first part makes all others faint: each action takes back what the last one did. */
  private light(): void {
    if (!this.isThere() || this.targets.length === 0) return;
    const batch = this.targets.map((target, place) => ({ ...target, notBlur: place > 0 }));
    this.instance.dispatchAction({ type: 'highlight', batch });
  }

  private put(): void {
    if (this.targets.length > 0) this.instance.dispatchAction({ type: 'downplay', batch: this.targets });
    this.targets = [];
  }

  /** ECharts hears of it after us, and lets go of everything. */
  private readonly onLeave = (): void => {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.light());
  };

  /** Rows by their place where the series draws a dataset as it is, items by their name elsewhere. */
  private targetOf(option: Option, series: any, seriesIndex: number): Target[] {
    const datasets = list(option.dataset);
    const dataset = series.datasetId !== undefined
      ? datasets.find(({ id }) => id === series.datasetId) : datasets[series.datasetIndex ?? 0];
    if (!dataset?.id || dataset.transform) return [{ seriesIndex, name: [...this.values] }];
    const dataIndex = this.view.chart.rows(dataset.id)
      .flatMap((row, place) => (this.values.includes(cellText(row[this.field])) ? [place] : []));
    return dataIndex.length > 0 ? [{ seriesIndex, dataIndex }] : [];
  }

  /** Others are faint only in a series whose emphasis asks for that. */
  private emphasis(restored: boolean): object[] {
    return list(this.view.chart.option?.series).map(({ id, emphasis }) => (
      { id, emphasis: { focus: restored ? emphasis?.focus ?? 'none' : 'self' } }));
  }
}
