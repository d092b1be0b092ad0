// `<cc-time-variable>`: rows of a span of time that ends now, or between two times of the reader's clock.

import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';

import { define } from '../parts/define.js';
import { icons } from '../parts/icons.js';
import { base, buttons } from '../tokens.js';
import { controls } from './control_styles.js';
import './listbox.js';
import { Popover } from './popover.js';
import { PRESETS, isMoving, rangeOf, rangeText, typeable, typedTime } from './time_range.js';
import { fill } from '../words/words.js';
import type { DashboardWords } from './words.js';

export class TimeVariable extends LitElement {
  static override styles = [base, buttons, controls, css`
    form { display: grid; gap: 0.55em; padding: 0.7em 0.75em 0.75em; border-top: 1px solid var(--_line); }
    label { display: grid; gap: 0.2em; color: var(--_ink-soft); font-size: max(0.9em, 11px); }
    input { font-variant-numeric: tabular-nums; }
    input[aria-invalid="true"] { border-color: var(--_bad); }
    .wrong { margin: 0; color: var(--_bad); font-size: max(0.9em, 11px); }
  `];

  @property({ attribute: false }) words!: DashboardWords['variables'];
  @property() label = '';
  @property() locale = '';
  /** As time_range.ts reads it; empty: all. */
  @property() value = '';
  @state() private wrong: readonly string[] = [];
  private readonly pane = new Popover(this, '.opener', '.popover');

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.opener')?.focus(options);
  }

  override render() {
    const text = this.text();
    return html`
      <div class="box">
        <button type="button" class="opener" aria-haspopup="dialog" aria-expanded=${this.pane.isOpen}
          aria-label=${`${this.label}: ${text || this.words.all_times}`} @click=${this.open}>
          <span class="name">${this.label}</span>
          ${text ? nothing : html`<span class="value">${this.words.all_times}</span>`}
          ${icons.chevron}
        </button>
        ${text ? html`
          <button type="button" class="chip" aria-label=${fill(this.words.remove, { value: text })} @click=${() => this.choose('')}>
            <span>${text}</span>${icons.close}
          </button>` : nothing}
      </div>
      ${this.pane.isOpen ? this.panel() : nothing}`;
  }

  private panel() {
    const options = ['', ...PRESETS].map((value) => ({ value, text: this.presetText(value) }));
    const range = this.value && !isMoving(this.value) ? rangeOf(this.value, Date.now()) : null;
    const typed = (time: number | undefined) => (Number.isFinite(time) ? typeable(new Date(time!)) : '');
    return html`
      <div class="popover" role="dialog" aria-label=${this.label}>
        <cc-listbox .options=${options} .chosen=${[this.value]} label=${this.label} @cc-choose=${this.onPreset}>
        </cc-listbox>
        <form @submit=${this.onSubmit} novalidate>
          ${this.field('from', this.words.from, typed(range?.from))}
          ${this.field('to', this.words.to, typed(range?.to))}
          ${this.wrong.length === 0 ? nothing : html`<p class="wrong" role="alert">${this.words.wrong_time}</p>`}
          <button class="plain">${this.words.apply}</button>
        </form>
      </div>`;
  }

  private field(name: string, label: string, value: string) {
    return html`
      <label>${label}
        <input name=${name} .value=${value} placeholder=${typeable(new Date())} autocomplete="off" spellcheck="false"
          inputmode="numeric" aria-invalid=${this.wrong.includes(name)}>
      </label>`;
  }

  private text(): string {
    if (!this.value || isMoving(this.value)) return this.presetText(this.value, '');
    const range = rangeOf(this.value, Date.now());
    if (!range) return '';
    const format = new Intl.DateTimeFormat(this.locale || undefined,
      { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
    if (range.to === Infinity) return fill(this.words.since, { time: format.format(range.from) });
    if (range.from === -Infinity) return fill(this.words.until, { time: format.format(range.to) });
    return format.formatRange(range.from, range.to);
  }

  private presetText(value: string, all = this.words.all_times): string {
    if (!value) return all;
    const unit = ({ m: 'minute', h: 'hour', d: 'day' } as const)[value.at(-1) as 'm' | 'h' | 'd'];
    const format = new Intl.NumberFormat(this.locale || undefined, { style: 'unit', unit, unitDisplay: 'long' });
    return fill(this.words.last, { span: format.format(Number(value.slice(0, -1))) });
  }

  private readonly open = (): void => {
    this.wrong = [];
    this.pane.toggle('cc-listbox');
  };

  private readonly onPreset = (event: CustomEvent<string>): void => {
    event.stopPropagation();
    this.choose(event.detail);
  };

  private readonly onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement);
    const from = typedTime(String(typed.get('from')));
    const to = typedTime(String(typed.get('to')));
    this.wrong = [...(from === null ? ['from'] : []), ...(to === null || (from && to && from > to) ? ['to'] : [])];
    if (this.wrong.length === 0) this.choose(rangeText(from ?? undefined, to ?? undefined));
  };

  private choose(value: string): void {
    this.pane.close({ refocus: true });
    this.dispatchEvent(new CustomEvent('cc-choice', { detail: value ? [value] : [], bubbles: true }));
    if (!this.pane.isOpen) this.focus();
  }
}

define('cc-time-variable', TimeVariable);
