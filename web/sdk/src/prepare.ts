// What a view reads from an option, and the little that it changes in one before it is drawn.

import type { Members } from './protocol.js';
import { isObject, titleOf } from './shared.js';
import type { Option } from './types.js';

/** What the chart has to leave room for. */
export interface Parts {
  readonly title: boolean;
  readonly subtitle: boolean;
  readonly legend: boolean;
  readonly visualMap: boolean;
  readonly zoom: boolean;
  /** Its bars lie. */
  readonly sideways: boolean;
}

// Where a slider for zooming has its place when the option names none: under the chart. A theme cannot say it.
const UNDER_THE_CHART = { left: 8, right: 8, bottom: 4, height: 26 };
const EDGES = ['left', 'right', 'top', 'bottom'];

const isWide = ({ type, orient }: Members): boolean => type === 'slider' && orient !== 'vertical';
const isShown = ({ show }: Members): boolean => show !== false;

export const listOf = (value: unknown): Members[] => (Array.isArray(value) ? value : [value]).filter(isObject);

/**
 * Tooltips are drawn as text, never as HTML from data. A legend that is too long for its line is paged through
 * instead of growing into the chart. Links lead to pages, and never run anything. So it is in the options that
 * an option may hold for other window sizes and for the places of a time line, too.
 */
export function prepared(option: Option): Option {
  const result: Option = { aria: { enabled: true }, ...option };
  if (isObject(option.baseOption)) result.baseOption = prepared(option.baseOption);
  if (option.options) result.options = withMembers(option.options, prepared);
  if (option.media) {
    result.media = withMembers(option.media, (one) => (isObject(one.option) ? { option: prepared(one.option) } : {}));
  }
  if (option.toolbox) result.toolbox = withMembers(option.toolbox, withoutDataView);
  if (option.tooltip) result.tooltip = withMembers(option.tooltip, () => ({ renderMode: 'richText' }));
  if (option.title) result.title = withMembers(option.title, safeLinks);
  if (option.legend) {
    result.legend = withMembers(option.legend,
      ({ orient, type }) => ({ type: type ?? (orient === 'vertical' ? 'plain' : 'scroll') }));
  }
  if (option.dataZoom) {
    result.dataZoom = withMembers(option.dataZoom,
      (zoom) => (isWide(zoom) && !EDGES.some((edge) => edge in zoom) ? UNDER_THE_CHART : {}));
  }
  if (option.series) result.series = withMembers(option.series, safeNodes);
  return result;
}

export function partsOf(option: Option): Parts {
  const { text, subtext } = titleOf(option);
  return {
    title: text !== '',
    subtitle: subtext !== '',
    legend: listOf(option.legend).some(isShown),
    visualMap: listOf(option.visualMap).some(isShown),
    zoom: listOf(option.dataZoom).filter(isShown).some(isWide),
    sideways: listOf(option.yAxis).some(({ type }) => type === 'category'),
  };
}

/** A component with some members set, whether the option has one of it or several. */
function withMembers(component: unknown, members: (component: Members) => Members): unknown {
  if (Array.isArray(component)) return component.map((item) => withMembers(item, members));
  return isObject(component) ? { ...component, ...members(component) } : component;
}

/** ECharts' view of the data puts its texts into the document as HTML; the table of an element shows them. */
function withoutDataView({ feature }: Members): Members {
  if (!isObject(feature)) return {};
  const { dataView, ...others } = feature;
  return { feature: others };
}

function safeLinks(title: Members): Members {
  const unsafe = ['link', 'sublink'].filter((name) => name in title && !isPage(title[name]));
  return Object.fromEntries(unsafe.map((name) => [name, undefined]));
}

/** Only these series open what their nodes link to. */
function safeNodes({ type, data }: Members): Members {
  return (type === 'treemap' || type === 'sunburst') && Array.isArray(data) ? { data: data.map(safeNode) } : {};
}

function safeNode(node: unknown): unknown {
  if (!isObject(node)) return node;
  const link = 'link' in node && !isPage(node.link) ? { link: undefined } : {};
  const children = Array.isArray(node.children) ? { children: node.children.map(safeNode) } : {};
  return { ...node, ...link, ...children };
}

function isPage(address: unknown): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(String(address), 'https://relative.invalid').protocol);
  } catch {
    return false;
  }
}
