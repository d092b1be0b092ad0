// The chart in the colours of the page. Everything here is a default: an option that says otherwise wins.

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", '
  + '"Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", sans-serif';

const LIGHT = {
  colors: ['#1f3a93', '#5b8def', '#0f8a6c', '#c27c0e', '#d1495b', '#7a5cc7'],
  ink: '#161a22', soft: '#596273', line: '#e3e6eb', panel: '#ffffff', shade: 'rgba(36, 86, 230, 0.06)',
};
const DARK = {
  colors: ['#b5c8ff', '#5178e0', '#4cc9a4', '#f5c04e', '#f2838f', '#b39cf0'],
  ink: '#eceff4', soft: '#9aa4b5', line: '#272d36', panel: '#1e242c', shade: 'rgba(124, 156, 255, 0.08)',
};

export function chartTheme({ dark, narrow, still }) {
  const look = dark ? DARK : LIGHT;
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: look.soft, fontSize: narrow ? 11 : 13 },
    nameTextStyle: { color: look.soft },
    splitLine: { lineStyle: { color: look.line } },
  };
  return {
    color: look.colors,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT },
    animation: !still,
    animationDuration: 700,
    animationDurationUpdate: 700,
    animationEasingUpdate: 'cubicOut',
    title: {
      left: 0,
      top: 0,
      padding: 0,
      itemGap: 2,
      textStyle: { color: look.ink, fontSize: narrow ? 16 : 18, fontWeight: 600, lineHeight: 26 },
      subtextStyle: { color: look.soft, fontSize: 14 },
    },
    legend: {
      ...(narrow ? { left: 0, right: 'auto', top: 58 } : { left: 'auto', right: 0, top: 6 }),
      padding: 0,
      itemWidth: 11,
      itemHeight: 11,
      itemGap: 18,
      icon: 'roundRect',
      textStyle: { color: look.soft, fontSize: narrow ? 12 : 13 },
    },
    grid: {
      left: 0,
      right: 0,
      bottom: 0,
      top: narrow ? 94 : 72,
      outerBoundsMode: 'same',
    },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    bar: {
      barMaxWidth: 44,
      barGap: '12%',
      barCategoryGap: narrow ? '28%' : '38%',
      itemStyle: { borderRadius: [4, 4, 0, 0] },
    },
    tooltip: {
      confine: true,
      renderMode: 'richText',
      backgroundColor: look.panel,
      borderColor: look.line,
      padding: [10, 14],
      textStyle: { color: look.ink, fontSize: 13 },
      axisPointer: { type: 'shadow', shadowStyle: { color: look.shade } },
    },
  };
}
