// The table of a <live-chart>, with a choice between its datasets where there are several. Loaded when it is first
// asked for.

import { html, nothing } from 'lit';

import type { LiveChart, Row } from '../sdk/src/types.js';
import { columnsOf } from './columns.js';
import './parts/choice.js';
import './parts/data_table.js';
import type { Chosen } from './parts/data_table.js';
import { tableData } from './table_data.js';
import { fill, wordsFor } from './words/words.js';

export interface Picking {
  readonly selectable: boolean;
  readonly chosen: Chosen | null;
  pick(event: CustomEvent<Row>): void;
}

/** `dataset`: the one that was chosen; undefined is the first. */
export function tableTemplate(chart: LiveChart, locale: string, dataset: string | undefined,
  choose: (event: CustomEvent<string>) => void, picking: Picking) {
  const { datasets, title, option } = chart;
  const { fields, rows } = tableData(chart, dataset, locale);
  const caption = fill(wordsFor(locale).table.caption, { title });
  return html`
    ${datasets.length > 1 ? html`
      <cc-choice .label=${caption} .value=${dataset ?? datasets[0]}
        .options=${datasets.map((id) => ({ value: id, label: id }))} @choose=${choose}></cc-choice>` : nothing}
    <cc-data-table caption=${caption} .locale=${locale} .rows=${rows}
      .columns=${columnsOf(fields, rows, option, locale)} ?selectable=${picking.selectable}
      .chosen=${picking.chosen} @pick=${picking.pick}></cc-data-table>`;
}
