// All of ECharts, on top of base.ts: charts that are drawn already can use it, too.

import * as core from 'echarts/core';
import {
  BoxplotChart, CandlestickChart, ChordChart, CustomChart, GraphChart, HeatmapChart, LinesChart, MapChart,
  ParallelChart, PictorialBarChart, SankeyChart, SunburstChart, ThemeRiverChart, TreeChart, TreemapChart,
} from 'echarts/charts';
import {
  BrushComponent, CalendarComponent, GeoComponent, MatrixComponent, ParallelComponent, PolarComponent,
  SingleAxisComponent, ThumbnailComponent, TimelineComponent, ToolboxComponent, VisualMapComponent,
} from 'echarts/components';
import { AxisBreak, ScatterJitter, UniversalTransition } from 'echarts/features';

core.use([
  BoxplotChart, CandlestickChart, ChordChart, CustomChart, GraphChart, HeatmapChart, LinesChart, MapChart,
  ParallelChart, PictorialBarChart, SankeyChart, SunburstChart, ThemeRiverChart, TreeChart, TreemapChart,
  BrushComponent, CalendarComponent, GeoComponent, MatrixComponent, ParallelComponent, PolarComponent,
  SingleAxisComponent, ThumbnailComponent, TimelineComponent, ToolboxComponent, VisualMapComponent,
  AxisBreak, ScatterJitter, UniversalTransition,
]);

export * from './base.js';
