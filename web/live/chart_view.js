// An ECharts instance in the look of the page: `setOption` and nothing else brings data into it.

import { liveTheme } from './live_theme.js';
import { isDark, isNarrow, isStill, onLookChange } from './look.js';
import { partsOf, prepared } from './option.js';

// Below this width a card of a grid has the measures of a phone, whatever the window has.
const NARROW_PX = 480;

export function chartView(holder, { titled }) {
  let chart;
  let parts = {};
  let inUse = '';
  const locale = document.documentElement.lang.startsWith('zh') ? 'ZH' : 'EN';

  // A new theme draws everything anew: only when it is another one.
  const restyle = () => {
    const narrow = isNarrow() || holder.clientWidth < NARROW_PX;
    const look = { dark: isDark(), still: isStill(), narrow, titled, parts };
    if (JSON.stringify(look) === inUse) return;
    inUse = JSON.stringify(look);
    if (chart) chart.setTheme(liveTheme(look));
    // Only now: before its first option an instance takes no other theme.
    else chart = echarts.init(holder, liveTheme(look), { locale });
  };
  onLookChange(() => chart && restyle());
  new ResizeObserver(() => {
    if (!chart) return;
    chart.resize();
    restyle();
  }).observe(holder);

  return (option) => {
    parts = partsOf(option);
    restyle();
    chart.setOption(prepared(option));
  };
}
