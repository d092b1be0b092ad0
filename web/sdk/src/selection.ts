// What a click on a chart means: the row behind the item, where there is one.

import { listOf } from './prepare.js';
import type { Members } from './protocol.js';
import type { Source } from './materialise.js';
import { isCount, isObject, objectsOf, textOf } from './shared.js';
import type { Option, Row, SelectEvent } from './types.js';

export function selectionOf(event: unknown, option: Option | null, sources: readonly Source[]): SelectEvent {
  const said = isObject(event) ? event : {};
  const series = said.componentType === 'series' ? seriesOf(said, listOf(option?.series)) : undefined;
  const source = series && sourceOf(series, sources);
  const cells = source && isCount(said.dataIndex) ? source.rows[said.dataIndex] : undefined;
  return {
    row: cells ? objectsOf(source!.dims, [cells])[0]! : rowOfItem(said),
    dataset: cells ? source!.id : null,
    name: textOf(said.name) ?? '',
    value: said.value,
    seriesId: series ? textOf(series.id) ?? null : null,
  };
}

/** Places have gaps where series have left; ids have not. */
function seriesOf({ seriesId, seriesIndex }: Members, list: readonly Members[]): Members | undefined {
  return list.find(({ id }) => id !== undefined && id === seriesId) ?? list[Number(seriesIndex)];
}

/** The dataset that a series draws from as it is; none when it has data of its own, or transformed rows. */
function sourceOf({ data, datasetId, datasetIndex }: Members, sources: readonly Source[]): Source | undefined {
  if (Array.isArray(data)) return undefined;
  if (datasetId !== undefined) return sources.find(({ id }) => id === datasetId);
  return sources[isCount(datasetIndex) ? datasetIndex : 0];
}

/** Rows that a transform made are known by ECharts alone. */
function rowOfItem({ data, dimensionNames }: Members): Row | null {
  if (!Array.isArray(data) || !Array.isArray(dimensionNames)) return null;
  return objectsOf(dimensionNames.map(String), [data])[0]!;
}
