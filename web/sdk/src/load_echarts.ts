// Where ECharts comes from: the page's own, or ours, loaded when a chart is first drawn. Ours is in two
// parts; what few charts need is in the larger one, and so is loaded for those alone.

import { isObject } from './shared.js';
import type { Option } from './types.js';

const BASE_SERIES = new Set(['bar', 'line', 'scatter', 'effectScatter', 'pie', 'funnel', 'gauge', 'radar']);
const FULL_COMPONENTS = [
  'toolbox', 'brush', 'timeline', 'geo', 'parallel', 'parallelAxis', 'singleAxis', 'calendar', 'matrix', 'thumbnail',
  'polar', 'angleAxis', 'radiusAxis', 'visualMap', 'media', 'options', 'baseOption',
];

type Kind = 'base' | 'full';

const loaded = new Map<Kind | 'svg', Promise<any>>();

export function kindFor(option: Option): Kind {
  const list: unknown[] = Array.isArray(option.series) ? option.series : [option.series];
  const known = list.every((one) => !isObject(one) || BASE_SERIES.has(String(one.type ?? 'line')));
  const broken = [option.xAxis, option.yAxis].flat().some((axis) => isObject(axis) && 'breaks' in axis);
  return known && !broken && !FULL_COMPONENTS.some((name) => name in option) ? 'base' : 'full';
}

/** `given` is the page's own, or what loads it. */
export async function loadEcharts(option: Option, given: unknown, renderer: 'canvas' | 'svg'): Promise<any> {
  if (given) return isEcharts(given) ? given : (given as () => Promise<unknown>)();
  const global = (globalThis as { echarts?: unknown }).echarts;
  if (isEcharts(global)) return global;
  const echarts = await load(kindFor(option));
  if (renderer === 'svg') await load('svg');
  return echarts;
}

const isEcharts = (value: unknown): boolean => typeof (value as { init?: unknown } | undefined)?.init === 'function';

function load(kind: Kind | 'svg'): Promise<any> {
  const one = loaded.get(kind) ?? importOf(kind).catch((error: unknown) => {
    loaded.delete(kind);
    throw error;
  });
  loaded.set(kind, one);
  return one;
}

function importOf(kind: Kind | 'svg'): Promise<unknown> {
  if (kind === 'svg') return import('./echarts/svg.js');
  return kind === 'full' ? import('./echarts/full.js') : import('./echarts/base.js');
}
