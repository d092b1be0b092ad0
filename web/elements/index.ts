// The entry `elements`: defines <live-chart> and <live-dashboard>. Loading it twice does no harm.

export { LiveChartElement } from './live_chart.js';
export { LiveDashboardElement } from './live_dashboard.js';
