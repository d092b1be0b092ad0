// /c/{chart}: one chart on the whole page, with the time line under it and the ways to take it elsewhere.

import { isoTime } from '../elements/formats.js';
import '../elements/live_chart.js';
import type { LiveChartElement } from '../elements/live_chart.js';
import '../elements/parts/time_scrubber.js';
import type { TimeScrubber } from '../elements/parts/time_scrubber.js';
import { applyTheme, idInPath, linkTo, parameter, setParameter, takeToken, theme } from './address.js';
import { ShareDialog } from './share_dialog.js';

const element = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;

applyTheme();
const chart = element<LiveChartElement>('chart');
const timeLine = element<TimeScrubber>('time-line');
const share = element<HTMLButtonElement>('share');
const token = takeToken();

element<HTMLAnchorElement>('back').href = linkTo('/charts');

chart.addEventListener('cc-update', () => {
  document.title = chart.handle!.title;
  share.disabled = false;
  timeLine.history ??= async () => chart.handle?.history() ?? null;
});

// The time line follows wherever the time that is shown comes from, and an answer that it cannot be had.
chart.addEventListener('cc-state', () => {
  const at = isoTime(chart.at);
  timeLine.at = at === null ? null : Date.parse(at);
  document.body.toggleAttribute('data-replay', at !== null);
  setParameter('at', at);
});

timeLine.addEventListener('cc-seek', (event) => {
  const { time } = (event as CustomEvent<{ time: Date | null }>).detail;
  chart.at = time;
});

chart.addEventListener('cc-time-travel', (event) => {
  if (timeLine.hidden) return;
  event.preventDefault();
  timeLine.focus();
});

share.addEventListener('click', () => {
  const dialog = new ShareDialog();
  dialog.words = JSON.parse(document.body.dataset.words!);
  dialog.chart = chart.handle;
  const at = isoTime(chart.at);
  dialog.at = at === null ? null : new Date(at);
  document.body.append(dialog);
});

chart.theme = theme();
chart.locale = parameter('locale');
timeLine.locale = parameter('locale') ?? document.documentElement.lang;
chart.token = token;
chart.at = parameter('at');
chart.chart = idInPath();
