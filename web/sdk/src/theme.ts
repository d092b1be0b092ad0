// A theme for charts of any type, as ECharts takes them: calm grounds, few lines, legible numbers. Everything
// here is a default: an option that says otherwise wins.

import type { Palette } from './palette.js';
import type { Parts } from './prepare.js';

export interface Look {
  readonly dark: boolean;
  /** The measures of a phone. */
  readonly narrow: boolean;
  /** The reader wants no motion. */
  readonly still: boolean;
  /** The chart draws its title itself; elsewhere it is a heading of the page. */
  readonly titled: boolean;
  readonly parts: Parts;
  readonly palette: Palette;
}

interface Room {
  readonly legendTop: number;
  readonly top: number;
  readonly bottom: number;
}

export function themeOf(look: Look): object {
  const { palette, titled, still, narrow, dark } = look;
  const space = room(look);
  return {
    darkMode: dark,
    color: palette.colors,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: palette.font, fontSize: narrow ? 12 : 13 },
    animation: !still,
    animationDuration: 500,
    animationDurationUpdate: 400,
    animationEasingUpdate: 'cubicOut',
    ...axes(look),
    ...seriesOfAxes(look),
    ...seriesOfTheirOwn(look, space),
    ...controls(look),
    title: {
      show: titled, left: 0, top: 0, padding: 0, itemGap: 2,
      textStyle: { color: palette.ink, fontSize: narrow ? 16 : 18, fontWeight: 600, lineHeight: 26 },
      subtextStyle: { color: palette.soft, fontSize: 14 },
    },
    legend: legend(look, space),
    // A point on the right edge is drawn whole.
    grid: { left: 0, right: 8, top: space.top, bottom: space.bottom, outerBoundsMode: 'same' },
    tooltip: {
      confine: true, renderMode: 'richText',
      backgroundColor: palette.panel, borderColor: palette.line, padding: [10, 14],
      textStyle: { color: palette.ink, fontSize: 13 },
      axisPointer: { type: 'shadow', shadowStyle: { color: palette.wash } },
    },
  };
}

// Parts at the edges of the holder push what is between them, in pixels. Names and labels of axes need
// nothing: ECharts moves the grid's edges for them.
function room({ titled, parts }: Look): Room {
  const title = titled && parts.title ? (parts.subtitle ? 54 : 32) : 0;
  return {
    legendTop: title + 2,
    top: title + (parts.legend ? 30 : 0) + 8,
    bottom: (parts.zoom ? 48 : 0) + (parts.visualMap ? 40 : 0),
  };
}

function legend({ palette, narrow }: Look, { legendTop }: Room): object {
  return {
    left: 0, right: 'auto', top: legendTop, padding: 0, itemWidth: 11, itemHeight: 11, itemGap: 18, icon: 'roundRect',
    textStyle: { color: palette.soft, fontSize: narrow ? 12 : 13 },
    inactiveColor: palette.faint,
    pageTextStyle: { color: palette.soft }, pageIconColor: palette.accent, pageIconInactiveColor: palette.line,
    pageIconSize: 11,
  };
}

function axes({ palette, narrow, parts }: Look): object {
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: palette.soft, fontSize: narrow ? 11 : 13, hideOverlap: true },
    nameTextStyle: { color: palette.soft },
    splitLine: { lineStyle: { color: palette.line } },
    splitNumber: narrow ? (parts.sideways ? 2 : 4) : 5,
    minorSplitLine: { lineStyle: { color: palette.line } },
    splitArea: { areaStyle: { color: ['transparent', palette.wash] } },
  };
  const plain = { ...axis, splitLine: { ...axis.splitLine, show: false } };
  return { categoryAxis: plain, timeAxis: plain, valueAxis: axis, logAxis: axis };
}

function seriesOfAxes({ still, narrow, parts }: Look): object {
  return {
    bar: {
      barMaxWidth: 44, barGap: '12%', barCategoryGap: narrow ? '28%' : '38%',
      itemStyle: { borderRadius: parts.sideways ? [0, 4, 4, 0] : [4, 4, 0, 0] },
    },
    line: { symbol: 'circle', symbolSize: 6, lineStyle: { width: 2.25, cap: 'round', join: 'round' } },
    scatter: { symbolSize: 9, itemStyle: { opacity: 0.78 } },
    effectScatter: { symbolSize: 10, ...(still ? { rippleEffect: { number: 0 } } : {}) },
    candlestick: {
      itemStyle: { color: '#d1495b', borderColor: '#d1495b', color0: '#0f8a6c', borderColor0: '#0f8a6c' },
    },
  };
}

function seriesOfTheirOwn({ palette, narrow }: Look, { top, bottom }: Room): object {
  const label = { color: palette.ink, fontSize: narrow ? 11 : 13, textBorderWidth: 0 };
  const border = { borderColor: palette.panel, borderWidth: 2 };
  const around = { top, bottom: bottom + 8 };
  return {
    pie: {
      ...around, radius: ['46%', '76%'], itemStyle: { ...border, borderRadius: 4 }, label,
      labelLine: { lineStyle: { color: palette.faint } },
    },
    funnel: {
      ...around, left: narrow ? 0 : '16%', right: narrow ? 100 : '16%', width: 'auto', gap: 3, minSize: '12%',
      itemStyle: { borderWidth: 0 }, label,
    },
    gauge: gauge(palette, narrow),
    heatmap: { itemStyle: border, label },
    treemap: {
      ...around, left: 0, right: 0, roam: false, itemStyle: { ...border, gapWidth: 2, borderRadius: 3 },
      breadcrumb: { show: false },
    },
    sunburst: { itemStyle: border },
    sankey: {
      ...around, left: 0, right: narrow ? 64 : 110, label, lineStyle: { color: 'gradient', opacity: 0.35 },
      itemStyle: { borderWidth: 0 },
    },
    graph: { label },
  };
}

function gauge(palette: Palette, narrow: boolean): object {
  return {
    center: ['50%', '57%'], radius: '96%', startAngle: 210, endAngle: -30,
    axisLine: { roundCap: true, lineStyle: { width: narrow ? 10 : 14, color: [[1, palette.track]] } },
    progress: { show: true, roundCap: true, width: narrow ? 10 : 14 },
    axisTick: { show: false },
    splitLine: { length: 6, distance: 8, lineStyle: { color: palette.faint, width: 1 } },
    axisLabel: { color: palette.soft, distance: narrow ? 16 : 22, fontSize: narrow ? 11 : 12 },
    pointer: { show: false },
    title: { color: palette.soft, fontSize: 14, offsetCenter: [0, '26%'] },
    detail: { color: palette.ink, fontSize: narrow ? 26 : 34, fontWeight: 650, offsetCenter: [0, 0] },
  };
}

function controls({ palette, narrow }: Look): object {
  const text = { color: palette.soft, fontSize: narrow ? 11 : 12 };
  return {
    axisPointer: {
      lineStyle: { color: palette.faint }, crossStyle: { color: palette.faint },
      label: { color: palette.panel, backgroundColor: palette.soft },
    },
    dataZoom: {
      borderColor: palette.line, borderRadius: 5, textStyle: text,
      fillerColor: palette.wash, brushStyle: { color: palette.wash },
      handleStyle: { color: palette.panel, borderColor: palette.faint }, moveHandleStyle: { color: palette.faint },
      dataBackground: { lineStyle: { color: palette.faint }, areaStyle: { color: palette.track } },
      selectedDataBackground: { lineStyle: { color: palette.accent }, areaStyle: { color: palette.wash } },
    },
    visualMap: {
      orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: narrow ? 90 : 140, textStyle: text,
      inRange: { color: palette.ramp }, handleStyle: { borderColor: palette.faint },
    },
    toolbox: { right: 0, iconStyle: { borderColor: palette.soft } },
    timeline: { lineStyle: { color: palette.line }, label: text },
    radar: {
      axisName: { color: palette.soft }, axisLine: { lineStyle: { color: palette.line } },
      splitLine: { lineStyle: { color: palette.line } }, splitArea: { show: false },
    },
    calendar: {
      itemStyle: { color: palette.panel, borderColor: palette.line }, splitLine: { lineStyle: { color: palette.line } },
      dayLabel: { color: palette.soft }, monthLabel: { color: palette.soft }, yearLabel: { color: palette.soft },
    },
  };
}
