// The templates of <live-chart>: from what is known about the chart to what stands around the drawing.

import { html, nothing } from 'lit';

import type { ChartState, Option } from '../sdk/src/types.js';
import { heading } from './parts/heading.js';
import { icons } from './parts/icons.js';
import type { MenuItem } from './parts/menu.js';
import { markOf } from './parts/state_mark.js';
import { fill, refusalText, type Words } from './words/words.js';

export interface Shown {
  readonly words: Words;
  readonly locale: string;
  readonly title: string;
  readonly option: Option | null;
  readonly state: ChartState;
  /** Data have been here, and: they have been drawn. */
  readonly known: boolean;
  /** The title is more than the chart's id. */
  readonly named: boolean;
  readonly drawn: boolean;
  readonly undrawable: boolean;
  readonly empty: boolean;
  /** Why there is no chart, before the server was asked. */
  readonly failure: string;
}

export function headerTemplate(shown: Shown, level: string, tools: unknown) {
  const { state, locale } = shown;
  return html`
    <header part="header">
      <div class="names">
        ${level === 'none' ? nothing : heading(level, html`<slot name="title">${titleTemplate(shown)}</slot>`)}
        <div class="about">
          <cc-state-mark mark=${shown.failure ? 'refused' : markOf(state)} .asOf=${state.asOf}
            .locale=${locale}></cc-state-mark>
          <span class="subtitle">${subtitleOf(shown.option)}</span>
        </div>
      </div>
      <div class="tools">${tools}</div>
    </header>`;
}

/** A title that is not known yet has its place already. */
function titleTemplate({ title, known, named, failure, state }: Shown) {
  const waits = !known && !named && !failure && state.status !== 'refused';
  return waits ? html`<span class="unknown" aria-hidden="true"></span>` : html`<span>${title}</span>`;
}

export function toolsTemplate({ words, title }: Shown, items: readonly MenuItem[],
  toggle: { shown: boolean; visible: boolean; act(): void }, choose: (event: CustomEvent<string>) => void) {
  const label = toggle.shown ? words.menu.hide_table : words.menu.show_table;
  return html`
    ${toggle.visible ? html`
      <button type="button" class="icon" aria-pressed=${toggle.shown} aria-label=${label} title=${label}
        @click=${toggle.act}>${icons.table}</button>` : nothing}
    <cc-menu .items=${items} .label=${fill(words.chart.tools, { title })} @choose=${choose}></cc-menu>`;
}

export function stageTemplate(shown: Shown, retry: () => void) {
  const covered = shown.failure || shown.state.status === 'refused' || !shown.drawn || shown.undrawable || shown.empty;
  const lost = shown.state.status === 'disconnected' || shown.state.status === 'refused';
  return html`
    <div class="stage ${covered ? 'hidden' : ''} ${lost ? 'lost' : ''}" part="stage">
      <div class="drawing" role="group" aria-label=${fill(shown.words.chart.description, { title: shown.title })}></div>
      ${covered ? coverTemplate(shown, retry) : nothing}
    </div>`;
}

/** What stands where the drawing would. */
function coverTemplate({ words, state, failure, known, undrawable, empty }: Shown, retry: () => void) {
  if (failure) return html`<cc-notice icon="refused" text=${refusalText(failure, words)}></cc-notice>`;
  if (state.status === 'refused') {
    return html`<cc-notice icon="refused" text=${refusalText(state.code, words)} action=${words.chart.try_again}
      @retry=${retry}></cc-notice>`;
  }
  if (undrawable) return html`<cc-notice icon="refused" text=${words.chart.undrawable}></cc-notice>`;
  if (known && empty) return html`<cc-notice icon="chart"><slot name="empty">${words.chart.empty}</slot></cc-notice>`;
  if (!known && state.status === 'disconnected') {
    return html`<cc-notice icon="reconnecting" text=${words.chart.not_reached}></cc-notice>`;
  }
  return html`
    <div class="skeleton" role="img" aria-label=${words.chart.waiting}>
      <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
    </div>`;
}

function subtitleOf(option: Option | null): string {
  const title = Array.isArray(option?.title) ? option.title[0] : option?.title;
  return typeof title?.subtext === 'string' ? title.subtext : '';
}
