// Which panels of a dashboard are lit (highlight.ts): those in which a choice was made by a click.

import type { Dashboard, Panel } from '../../sdk/src/types.js';
import type { LiveChartElement } from '../live_chart.js';
import type { Choices } from './choices.js';
import { variableOf } from './drill_down.js';
import { Highlight } from './highlight.js';

interface Lit {
  readonly highlight: Highlight;
  readonly view: unknown;
  readonly field: string;
}

export class Highlights {
  private readonly lit = new Map<LiveChartElement, Lit>();

  show(dashboard: Dashboard, choices: Choices, panels: readonly { panel: Panel; chart: LiveChartElement }[]): void {
    const wanted = new Set<LiveChartElement>();
    for (const { panel, chart } of panels) {
      const variable = variableOf(dashboard, panel.on_click?.set);
      const choice = variable && choices.get(variable.name);
      if (!chart?.view || !variable?.field || !choice || choice.by !== panel.chart) continue;
      wanted.add(chart);
      const before = this.lit.get(chart);
      if (before?.view === chart.view && before.field === variable.field) {
        before.highlight.choose(choice.values);
        continue;
      }
      before?.highlight.destroy();
      const highlight = new Highlight(chart.view, variable.field, choice.values);
      this.lit.set(chart, { highlight, view: chart.view, field: variable.field });
    }
    for (const [chart, { highlight }] of this.lit) {
      if (wanted.has(chart)) continue;
      highlight.destroy();
      this.lit.delete(chart);
    }
  }

  clear(): void {
    for (const { highlight } of this.lit.values()) highlight.destroy();
    this.lit.clear();
  }
}
