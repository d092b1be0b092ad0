// The chosen items of a chart in full colour, the others faint: for the chart in which they were clicked, which
// goes on showing all of its rows. ECharts forgets what was lit when a chart is drawn anew, and when the pointer
// leaves an item; then they are lit again.

import type { ChartView, Option } from '../../sdk/src/types.js';
import { cellText } from './choices.js';

const list = (value: any): any[] => (Array.isArray(value) ? value : value ? [value] : []);

const AGAIN_MS = 200;

interface Target {
  readonly seriesIndex: number;
  readonly dataIndex?: number[];
  readonly name?: string[];
}

export class Highlight {
  private targets: readonly Target[] = [];
  private instance: any | null = null;
  private isDue = true;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly leave: () => void;

  constructor(private readonly view: ChartView, private readonly field: string, private values: readonly string[]) {
    // The chart is drawn some time after its rows have changed, and lit then.
    this.leave = view.chart.on('update', () => { this.isDue = true; });
    this.follow();
  }

  choose(values: readonly string[]): void {
    if (this.instance !== this.view.instance) {
      // Another one, as after a change of the screen's pixels.
      this.values = values;
      this.follow();
      return;
    }
    if (values.length === this.values.length && values.every((value, place) => value === this.values[place])) return;
    this.values = values;
    if (this.instance) this.apply();
  }

  destroy(): void {
    this.leave();
    clearTimeout(this.waiting);
    if (!this.instance || this.instance.isDisposed()) return;
    this.instance.off('rendered', this.onRendered);
    this.instance.off('mouseout', this.light);
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
    this.instance.on('rendered', this.onRendered);
    this.instance.on('mouseout', this.light);
    this.apply();
  }

  private readonly onRendered = (): void => {
    if (this.isDue) this.apply();
  };

  private apply(): void {
    this.isDue = false;
    const { option } = this.view.chart;
    if (!option) return;
    this.put();
    this.targets = list(option.series).flatMap((series, place) => this.targetOf(option, series, place));
    this.instance.setOption({ series: this.emphasis(false) });
    this.light();
  }

  private readonly light = (): void => {
    for (const target of this.targets) this.instance.dispatchAction({ type: 'highlight', ...target });
  };

  private put(): void {
    for (const target of this.targets) this.instance.dispatchAction({ type: 'downplay', ...target });
    this.targets = [];
  }

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
