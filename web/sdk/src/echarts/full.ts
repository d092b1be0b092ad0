// All of ECharts, on top of base.ts: charts that are drawn already can use it, too.

import * as core from 'echarts/core';
import {
  ChordChart, CustomChart, GraphChart, LinesChart, MapChart, ParallelChart, PictorialBarChart, SankeyChart,
  SunburstChart, ThemeRiverChart, TreeChart, TreemapChart,
} from 'echarts/charts';
import {
  BrushComponent, CalendarComponent, GeoComponent, MatrixComponent, ParallelComponent, SingleAxisComponent,
  ThumbnailComponent, TimelineComponent, ToolboxComponent,
} from 'echarts/components';
import { AxisBreak, ScatterJitter, UniversalTransition } from 'echarts/features';

core.use([
  ChordChart, CustomChart, GraphChart, LinesChart, MapChart, ParallelChart, PictorialBarChart, SankeyChart,
  SunburstChart, ThemeRiverChart, TreeChart, TreemapChart,
  BrushComponent, CalendarComponent, GeoComponent, MatrixComponent, ParallelComponent, SingleAxisComponent,
  ThumbnailComponent, TimelineComponent, ToolboxComponent,
  AxisBreak, ScatterJitter, UniversalTransition,
]);

export * from './base.js';
