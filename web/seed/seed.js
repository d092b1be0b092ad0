// The live chart of the seed page: two events and setOption. `io` and `echarts` come from their own files.

import { connect } from './connection_pill.js';
import { chartTheme } from './theme.js';
import { fill, translate } from './words.js';

const element = (id) => document.getElementById(id);
const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const narrow = matchMedia('(max-width: 32rem)');

const holder = element('chart');
const words = JSON.parse(holder.dataset.words);
const language = document.documentElement.lang;
const time = new Intl.DateTimeFormat(language, {
  month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit',
});

const theme = () =>
  chartTheme({ dark: dark.matches, narrow: narrow.matches, still: still.matches });
const chart = echarts.init(holder, theme(), { locale: language.startsWith('zh') ? 'ZH' : 'EN' });
for (const query of [dark, still, narrow]) {
  query.addEventListener('change', () => chart.setTheme(theme()));
}
new ResizeObserver(() => chart.resize()).observe(holder);

// `meta` is missing when an emitter of another program published the option.
function show(option, meta) {
  chart.setOption({ aria: { enabled: true }, ...translate(option, words) });
  const asOf = element('as-of');
  asOf.textContent = fill(asOf.dataset.text, 'time', time.format(meta?.ts ?? Date.now()));
  const number = element('push-number');
  number.textContent = meta?.v ? fill(number.dataset.text, 'number', meta.v) : '';
}

const socket = connect(element('connection'), holder.parentElement);
socket.on('init chart data', show);
socket.on('new chart data', show);

const command = `${location.origin}/charts/pollingChartData`;
element('command').textContent = `curl ${command}`;
element('push').addEventListener('click', async ({ currentTarget: button }) => {
  const result = element('push-result');
  button.disabled = true;
  const answer = await fetch(command).catch(() => null);
  result.textContent = answer?.ok ? '' : result.dataset.failed;
  button.disabled = false;
});
