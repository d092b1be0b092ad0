// What stands over the charts of a dashboard, and what stands there instead of them.

import { html, nothing } from 'lit';

import type { Dashboard } from '../../sdk/src/types.js';
import { heading } from '../parts/heading.js';
import '../parts/notice.js';
import '../parts/state_mark.js';
import { refusalText, wordsFor } from '../words/words.js';
import type { Choices } from './choices.js';
import type { Summary } from './summary.js';
import './tools.js';
import type { Theme, Tool } from './tools.js';
import './variable_bar.js';
import type { VariableChoice } from './variable_bar.js';
import { dashboardWords } from './words.js';

const INLINE_MAX = 2;

export interface Head {
  readonly title: string;
  readonly locale: string;
  readonly theme: Theme;
  readonly heading: string;
  readonly definition: Dashboard | null;
  /** Nothing stands below the head before: it would move. */
  readonly known: boolean;
  readonly summary: Summary;
  readonly choices: Choices;
  readonly past: boolean;
  readonly timeLine: boolean;
  readonly fullScreen: boolean;
  /** What selects offer. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export function headTemplate(
  head: Head, onTool: (event: CustomEvent<Tool>) => void, onChoice: (event: CustomEvent<VariableChoice>) => void,
) {
  const { title, locale, definition, summary } = head;
  const variables = definition && definition.variables.length > 0 ? html`
    <cc-variable-bar .variables=${definition.variables} .choices=${head.choices} .values=${head.values}
      locale=${locale} @cc-choice=${onChoice}></cc-variable-bar>` : nothing;
  return html`
    <div class="head">
      ${head.heading === 'none' ? nothing : heading(head.heading, title)}
      ${isInline(definition) ? variables : nothing}
      <cc-state-mark mark=${summary.mark} .asOf=${summary.asOf} locale=${locale}></cc-state-mark>
      <cc-dashboard-tools .heading=${title} locale=${locale} theme=${head.theme} ?past=${head.past}
        ?time-line=${head.timeLine} ?full-screen=${head.fullScreen} @cc-tool=${onTool}></cc-dashboard-tools>
    </div>
    ${head.known ? html`<slot name="lead"></slot>` : nothing}
    ${isInline(definition) ? nothing : variables}`;
}

/** Few variables stand beside the title. */
const isInline = (definition: Dashboard | null): boolean => (definition?.variables.length ?? 0) <= INLINE_MAX;

/** The place of the charts while there are none. */
export function placeholderTemplate(
  locale: string, definition: Dashboard | null, failure: { code: string | undefined } | null, retry: () => void,
) {
  const words = dashboardWords(locale).grid;
  if (definition) return html`<cc-notice class="waits" icon="chart" text=${words.empty}></cc-notice>`;
  if (!failure) return html`<div class="waits" role="status" aria-label=${words.loading}></div>`;
  const chartWords = wordsFor(locale);
  const own = words as Record<string, string>;
  // HTTP says `token_missing` where a connection says `missing`.
  const code = failure.code?.replace(/^token_/, '');
  const text = code === undefined ? chartWords.chart.not_reached
    : Object.hasOwn(own, code) ? own[code] : refusalText(code, chartWords);
  return html`
    <cc-notice class="waits" icon=${code === undefined ? 'reconnecting' : 'refused'} text=${text}
      action=${code?.startsWith('bad_') ? '' : chartWords.chart.try_again} @retry=${retry}></cc-notice>`;
}
