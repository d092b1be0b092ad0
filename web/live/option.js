// What a page reads from an ECharts option, and the little that it changes in one before it is shown.

const list = (value) => (Array.isArray(value) ? value : value ? [value] : []);

// A component with some members set, whether the option has one of it or several.
function withMembers(component, members) {
  if (Array.isArray(component)) return component.map((item) => withMembers(item, members));
  return component && typeof component === 'object' ? { ...component, ...members(component) } : component;
}

// Where a slider for zooming has its place when the option names none: under the chart. A theme cannot say it.
const UNDER_THE_CHART = { left: 8, right: 8, bottom: 4, height: 26 };
const isWide = ({ type, orient }) => type === 'slider' && orient !== 'vertical';
const isPlaced = (component) => ['left', 'right', 'top', 'bottom'].some((edge) => component[edge] !== undefined);

// Tooltips are drawn as text, never as HTML from data. A legend that is too long for its line is paged
// through instead of growing into the chart.
export function prepared(option) {
  const result = { aria: { enabled: true }, ...option };
  if (option.tooltip) result.tooltip = withMembers(option.tooltip, () => ({ renderMode: 'richText' }));
  if (option.legend) {
    result.legend = withMembers(option.legend,
      ({ orient, type }) => ({ type: type ?? (orient === 'vertical' ? 'plain' : 'scroll') }));
  }
  if (option.dataZoom) {
    result.dataZoom = withMembers(option.dataZoom,
      (zoom) => (isWide(zoom) && !isPlaced(zoom) ? UNDER_THE_CHART : {}));
  }
  return result;
}

export function titleOf(option) {
  const [title] = list(option.title);
  return { text: title?.text || '', subtext: title?.subtext || '' };
}

// Which parts the chart has to leave room for.
export function partsOf(option) {
  const legends = list(option.legend).filter(({ show }) => show !== false);
  const zooms = list(option.dataZoom).filter(({ show }) => show !== false);
  return {
    legend: legends.length > 0,
    visualMap: list(option.visualMap).some(({ show }) => show !== false),
    zoom: zooms.some(isWide),
    sideways: list(option.yAxis).some(({ type }) => type === 'category'),
    subtitle: titleOf(option).subtext !== '',
  };
}

// Rows of a dataset's source in any of the shapes that ECharts takes.
function rowCount({ source, sourceHeader, dimensions }) {
  if (Array.isArray(source)) {
    const hasHeader = !dimensions && sourceHeader !== false && source.length > 0
      && Array.isArray(source[0]) && source[0].every((cell) => typeof cell === 'string');
    return source.length - (hasHeader ? 1 : 0);
  }
  return Math.max(0, ...Object.values(source ?? {}).map((column) => column?.length ?? 0));
}

// Nothing would be drawn: no rows in any dataset and no data in any series.
export function isEmpty(option) {
  if (list(option.dataset).some((dataset) => dataset.transform || rowCount(dataset) > 0)) return false;
  return !list(option.series).some(({ data, nodes, links, edges }) =>
    [data, nodes, links, edges].some((items) => items?.length > 0));
}
