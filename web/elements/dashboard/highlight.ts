// The chosen items of a chart in full colour, the others faint: for the chart in which they were clicked, which
// goes on showing all of its rows.

import type { ChartView, Option } from '../../sdk/src/types.js';
import { cellText } from './choices.js';

const list = (value: any): any[] => (Array.isArray(value) ? value : value ? [value] : []);

interface Target {
  readonly seriesIndex: number;
  readonly dataIndex?: number[];
  readonly name?: string[];
}

export class Highlight {
  private targets: readonly Target[] = [];
  private readonly leave: (() => void)[] = [];
  private instance: any | null = null;

  constructor(private readonly view: ChartView, private readonly field: string, private values: readonly string[]) {
    // Drawn anew with each update: what was lit is at another place by then.
    this.leave.push(view.chart.on('update', () => queueMicrotask(() => this.apply())));
    this.apply();
  }

  choose(values: readonly string[]): void {
    this.values = values;
    this.apply();
  }

  destroy(): void {
    for (const leave of this.leave) leave();
    if (!this.instance || this.instance.isDisposed()) return;
    this.instance.off('globalout', this.light);
    this.instance.off('mouseout', this.light);
    this.put(this.targets);
    this.instance.setOption({ series: this.emphasis(true) });
    this.targets = [];
  }

  private apply(): void {
    this.follow();
    const { option } = this.view.chart;
    if (!this.instance || !option) return;
    this.put(this.targets);
    this.targets = list(option.series).flatMap((series, place) => this.targetOf(option, series, place));
    this.instance.setOption({ series: this.emphasis(false) });
    this.light();
  }

  /** The instance is another one after a change of the theme. */
  private follow(): void {
    if (this.view.instance === this.instance) return;
    this.instance = this.view.instance;
    this.instance?.on('globalout', this.light);
    this.instance?.on('mouseout', this.light);
  }

  private readonly light = (): void => {
    for (const target of this.targets) this.instance.dispatchAction({ type: 'highlight', ...target });
  };

  private put(targets: readonly Target[]): void {
    for (const target of targets) this.instance.dispatchAction({ type: 'downplay', ...target });
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
