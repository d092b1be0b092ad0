// A theme with all its measures in pixels multiplied.

const MEASURES = new Set([
  'fontSize', 'lineHeight', 'itemWidth', 'itemHeight', 'itemGap', 'padding', 'left', 'right', 'top', 'bottom', 'width',
  'height', 'length', 'distance', 'symbolSize', 'barMaxWidth', 'pageIconSize', 'borderRadius',
]);

export function scaled<Part>(part: Part, scale: number): Part {
  if (scale === 1 || typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((item) => scaled(item, scale)) as Part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => (
    [name, MEASURES.has(name) ? multiplied(value, scale) : scaled(value, scale)]))) as Part;
}

// Also in lists, as of paddings; percentages and words stay as they are.
function multiplied(value: unknown, scale: number): unknown {
  if (Array.isArray(value)) return value.map((item) => multiplied(item, scale));
  return typeof value === 'number' ? value * scale : scaled(value, scale);
}
