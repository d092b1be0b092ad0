// The ECharts that most charts need. What is not here is in full.ts, which adds to it; the option decides
// (load_echarts.ts has the same list).

import * as core from 'echarts/core';
import {
  BarChart, EffectScatterChart, FunnelChart, GaugeChart, LineChart, PieChart, RadarChart, ScatterChart,
} from 'echarts/charts';
import {
  AriaComponent, AxisPointerComponent, DatasetComponent, DataZoomComponent, GraphicComponent, GridComponent,
  LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, RadarComponent, TitleComponent,
  TooltipComponent, TransformComponent,
} from 'echarts/components';
import { LabelLayout, LegacyGridContainLabel } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';

core.use([
  BarChart, EffectScatterChart, FunnelChart, GaugeChart, LineChart, PieChart, RadarChart, ScatterChart,
  AriaComponent, AxisPointerComponent, DatasetComponent, DataZoomComponent, GraphicComponent, GridComponent,
  LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, RadarComponent, TitleComponent,
  TooltipComponent, TransformComponent,
  LabelLayout, LegacyGridContainLabel, CanvasRenderer,
]);

export const { init, use, getInstanceByDom, registerTheme, registerMap } = core;
