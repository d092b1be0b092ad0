// Which panels of a dashboard are lit (highlight.ts): those in which a choice was made by a click.

import type { ChartView } from '../../sdk/src/types.js';
import type { LiveChartElement } from '../live_chart.js';
import { Highlight } from './highlight.js';

interface Lit {
  readonly highlight: Highlight;
  readonly view: ChartView;
  readonly field: string;
}

export class Highlights {
  private readonly lit = new Map<LiveChartElement, Lit>();

  /** Each as its `chosen` says. */
  show(charts: readonly LiveChartElement[]): void {
    for (const chart of charts) {
      const { chosen, view } = chart;
      const before = this.lit.get(chart);
      if (before && chosen && before.view === view && before.field === chosen.field) {
        before.highlight.choose(chosen.values);
      } else {
        this.put(chart);
        if (chosen && view) this.light(chart, view);
      }
    }
    for (const chart of this.lit.keys()) {
      if (!charts.includes(chart)) this.put(chart);
    }
  }

  clear(): void {
    for (const chart of this.lit.keys()) this.put(chart);
  }

  private light(chart: LiveChartElement, view: ChartView): void {
    const { field, values } = chart.chosen!;
    this.lit.set(chart, { highlight: new Highlight(view, field, values), view, field });
  }

  private put(chart: LiveChartElement): void {
    this.lit.get(chart)?.highlight.destroy();
    this.lit.delete(chart);
  }
}
