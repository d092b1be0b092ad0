// `<cc-variable-bar>`: the variables of a dashboard side by side. Sends `cc-choice` {name, values}.

import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import type { Variable } from '../../sdk/src/types.js';
import { inLanguage } from '../languages.js';
import { define } from '../parts/define.js';
import { base, buttons } from '../tokens.js';
import type { Choices } from './choices.js';
import './select_variable.js';
import './text_variable.js';
import './time_variable.js';
import { dashboardWords } from './words.js';

export interface VariableChoice {
  readonly name: string;
  readonly values: readonly string[];
}

export class VariableBar extends LitElement {
  @property({ attribute: false }) variables: readonly Variable[] = [];
  @property({ attribute: false }) choices: Choices = new Map();
  /** What a select offers. */
  @property({ attribute: false }) values: ReadonlyMap<string, readonly string[]> = new Map();
  @property() locale = 'en';

  override render() {
    const words = dashboardWords(this.locale).variables;
    return html`
      <div class="bar" role="group" aria-label=${words.bar}>
        ${repeat(this.variables, ({ name }) => name, (variable) => this.control(variable))}
        ${this.choices.size < 2 ? nothing : html`
          <button type="button" class="clear" @click=${this.clearAll}>${words.clear_all}</button>`}
      </div>`;
  }

  private control(variable: Variable) {
    const words = dashboardWords(this.locale).variables;
    const label = variableLabel(variable, this.locale);
    const chosen = this.choices.get(variable.name)?.values ?? [];
    const choose = (event: CustomEvent<readonly string[]>) => {
      event.stopPropagation();
      this.tell(variable.name, event.detail);
    };
    switch (variable.type) {
      case 'select': return html`
        <cc-select-variable .variable=${variable} .words=${words} label=${label} .chosen=${chosen}
          .values=${this.values.get(variable.name) ?? []} @cc-choice=${choose}></cc-select-variable>`;
      case 'text': return html`
        <cc-text-variable .words=${words} label=${label} .value=${chosen[0] ?? ''} @cc-choice=${choose}>
        </cc-text-variable>`;
      case 'time_range': return html`
        <cc-time-variable .words=${words} label=${label} locale=${this.locale} .value=${chosen[0] ?? ''}
          @cc-choice=${choose}></cc-time-variable>`;
      default: return nothing;
    }
  }

  private readonly clearAll = (): void => {
    for (const name of this.choices.keys()) this.tell(name, []);
    this.renderRoot.querySelector<HTMLElement>('.bar > *')?.focus();
  };

  private tell(name: string, values: readonly string[]): void {
    this.dispatchEvent(new CustomEvent<VariableChoice>('cc-choice', { detail: { name, values } }));
  }

  static override styles = [base, buttons, css`
    :host { display: block; }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }

    .clear {
      min-height: 2.5em;
      padding: 0 0.7em;
      border-radius: var(--_radius-small);
      color: var(--_accent);
      font-weight: 550;
    }

    .clear:hover { background: var(--_hover); }

    @media print { .clear { display: none; } }
  `];
}

/** The name of a variable without a label is what its author wrote: `sales_region` is read as "sales region". */
export function variableLabel({ name, label }: Variable, locale: string): string {
  return inLanguage(label, locale) ?? name.replaceAll('_', ' ');
}

define('cc-variable-bar', VariableBar);
