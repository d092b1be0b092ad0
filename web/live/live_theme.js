// The seed's theme for charts of any type. Everything here is a default: an option that says otherwise wins.

import { chartTheme } from '../seed/theme.js';

const LIGHT = { ink: '#161a22', soft: '#596273', faint: '#8a93a3', line: '#e3e6eb', panel: '#ffffff',
  track: '#eceff4', accent: '#2456e6', wash: 'rgba(36, 86, 230, 0.10)', ramp: ['#e4ebff', '#86a5f5', '#1f3a93'] };
const DARK = { ink: '#eceff4', soft: '#9aa4b5', faint: '#6d7788', line: '#272d36', panel: '#171b21',
  track: '#242a33', accent: '#7c9cff', wash: 'rgba(124, 156, 255, 0.14)', ramp: ['#1d2740', '#4465b8', '#c3d2ff'] };

// Parts at the edges of the holder push what is between them, in pixels. Names and labels of axes need
// nothing: ECharts moves the grid's edges for them.
function room({ titled, parts }) {
  const title = titled ? (parts.subtitle ? 54 : 32) : 0;
  return {
    legendTop: title + 2,
    top: title + (parts.legend ? 30 : 0) + 8,
    bottom: (parts.zoom ? 48 : 0) + (parts.visualMap ? 40 : 0),
  };
}

function axes(look, seed, { narrow, parts }) {
  const axis = {
    ...seed.valueAxis,
    axisLabel: { ...seed.valueAxis.axisLabel, hideOverlap: true },
    splitNumber: narrow ? (parts.sideways ? 2 : 4) : 5,
    minorSplitLine: { lineStyle: { color: look.line } },
    splitArea: { areaStyle: { color: ['transparent', look.wash] } },
  };
  const plain = { ...axis, splitLine: { ...axis.splitLine, show: false } };
  return { categoryAxis: plain, timeAxis: plain, valueAxis: axis, logAxis: axis };
}

function seriesOfAxes(seed, { still, parts }) {
  return {
    bar: { ...seed.bar, itemStyle: { borderRadius: parts.sideways ? [0, 4, 4, 0] : [4, 4, 0, 0] } },
    line: { symbol: 'circle', symbolSize: 6, lineStyle: { width: 2.25, cap: 'round', join: 'round' } },
    scatter: { symbolSize: 9, itemStyle: { opacity: 0.78 } },
    effectScatter: { symbolSize: 10, ...(still ? { rippleEffect: { number: 0 } } : {}) },
  };
}

function seriesOfTheirOwn(look, { narrow }, { top, bottom }) {
  const label = { color: look.ink, fontSize: narrow ? 11 : 13, textBorderWidth: 0 };
  const border = { borderColor: look.panel, borderWidth: 2 };
  const around = { top, bottom: bottom + 8 };
  return {
    pie: { ...around, radius: ['46%', '76%'], itemStyle: { ...border, borderRadius: 4 }, label,
      labelLine: { lineStyle: { color: look.faint } } },
    funnel: { ...around, left: narrow ? 0 : '16%', right: narrow ? 100 : '16%', width: 'auto', gap: 3, minSize: '12%',
      itemStyle: { borderWidth: 0 }, label },
    gauge: {
      center: ['50%', '57%'], radius: '96%', startAngle: 210, endAngle: -30,
      axisLine: { roundCap: true, lineStyle: { width: narrow ? 10 : 14, color: [[1, look.track]] } },
      progress: { show: true, roundCap: true, width: narrow ? 10 : 14 },
      axisTick: { show: false },
      splitLine: { length: 6, distance: 8, lineStyle: { color: look.faint, width: 1 } },
      axisLabel: { color: look.soft, distance: narrow ? 16 : 22, fontSize: narrow ? 10 : 12 },
      pointer: { show: false },
      title: { color: look.soft, fontSize: 14, offsetCenter: [0, '26%'] },
      detail: { color: look.ink, fontSize: narrow ? 26 : 34, fontWeight: 650, offsetCenter: [0, 0] },
    },
    heatmap: { itemStyle: border, label },
    treemap: { ...around, left: 0, right: 0, roam: false, itemStyle: { ...border, gapWidth: 2, borderRadius: 3 },
      breadcrumb: { show: false } },
    sunburst: { itemStyle: border },
    sankey: { ...around, left: 0, right: narrow ? 64 : 110, label, lineStyle: { color: 'gradient', opacity: 0.35 },
      itemStyle: { borderWidth: 0 } },
    graph: { label },
    candlestick: { itemStyle: { color: '#d1495b', borderColor: '#d1495b', color0: '#0f8a6c', borderColor0: '#0f8a6c' } },
  };
}

function controls(look, { narrow }) {
  const text = { color: look.soft, fontSize: narrow ? 11 : 12 };
  return {
    axisPointer: {
      lineStyle: { color: look.faint }, crossStyle: { color: look.faint },
      label: { color: look.panel, backgroundColor: look.soft },
    },
    dataZoom: {
      borderColor: look.line, borderRadius: 5, textStyle: text,
      fillerColor: look.wash, brushStyle: { color: look.wash },
      handleStyle: { color: look.panel, borderColor: look.faint }, moveHandleStyle: { color: look.faint },
      dataBackground: { lineStyle: { color: look.faint }, areaStyle: { color: look.track } },
      selectedDataBackground: { lineStyle: { color: look.accent }, areaStyle: { color: look.wash } },
    },
    visualMap: {
      orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: narrow ? 90 : 140, textStyle: text,
      inRange: { color: look.ramp }, handleStyle: { borderColor: look.faint },
    },
    toolbox: { right: 0, iconStyle: { borderColor: look.soft } },
    timeline: { lineStyle: { color: look.line }, label: text },
    radar: {
      axisName: { color: look.soft }, axisLine: { lineStyle: { color: look.line } },
      splitLine: { lineStyle: { color: look.line } }, splitArea: { show: false },
    },
    calendar: {
      itemStyle: { color: look.panel, borderColor: look.line }, splitLine: { lineStyle: { color: look.line } },
      dayLabel: { color: look.soft }, monthLabel: { color: look.soft }, yearLabel: { color: look.soft },
    },
  };
}

// `titled`: the chart draws its title itself; elsewhere it is a heading of the page.
export function liveTheme({ dark, narrow, still, titled, parts }) {
  const seed = chartTheme({ dark, narrow, still });
  const look = dark ? DARK : LIGHT;
  const space = room({ titled, parts });
  return {
    ...seed,
    darkMode: dark,
    ...axes(look, seed, { narrow, parts }),
    ...seriesOfAxes(seed, { still, parts }),
    ...seriesOfTheirOwn(look, { narrow }, space),
    ...controls(look, { narrow }),
    title: { ...seed.title, show: titled },
    legend: {
      ...seed.legend,
      left: 0,
      right: 'auto',
      top: space.legendTop,
      inactiveColor: look.faint,
      pageTextStyle: { color: look.soft },
      pageIconColor: look.accent,
      pageIconInactiveColor: look.line,
      pageIconSize: 11,
    },
    // A point on the right edge is drawn whole.
    grid: { ...seed.grid, right: 8, top: space.top, bottom: space.bottom },
  };
}
