// <cc-time-scrubber>: the past of a chart, or of all charts of a dashboard, under the hand. Shows itself only
// where `history` names a range. Sends `cc-seek` with {time}: a Date, or null for live. The owner says with
// `at` where it is, when that came about elsewhere.

import { html, LitElement, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { timeText } from '../formats.js';
import { base, buttons } from '../tokens.js';
import { wordsFor } from '../words/words.js';
import { define } from './define.js';
import { icons } from './icons.js';
import { scrubberStyles } from './scrubber_styles.js';
import { afterKey, placed, type Range } from './time_range.js';
import './choice.js';

const REFRESH_MS = 60_000;
/** A dataset that has just begun has no history yet: looked for a few times, in case it has one soon. */
const EARLY_MS = 4_000;
const EARLY_TIMES = 5;
const SETTLED_MS = 140;
const SPEEDS = [1, 10, 60];

export class TimeScrubber extends LitElement {
  /** From when to when there is a past: asked when shown, and once a minute. */
  @property({ attribute: false }) history: (() => Promise<{ from: Date; to: Date } | null>) | null = null;
  /** What is shown, in milliseconds; null is live. */
  @property({ attribute: false }) at: number | null = null;
  @property() locale = 'en';

  @state() private range: Range | null = null;
  @state() private speed = SPEEDS[0];
  @state() private playing: ReturnType<typeof setInterval> | undefined;
  @query('input') private slider!: HTMLInputElement | null;
  private refresher: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.hidden = !this.range;
    if (this.history) void this.refresh();
  }

  override disconnectedCallback(): void {
    clearTimeout(this.refresher);
    clearTimeout(this.settling);
    this.stop();
    super.disconnectedCallback();
  }

  override focus(options?: FocusOptions): void {
    this.slider?.focus(options);
  }

  /** Asks for the range again; false when there is none. */
  async refresh(): Promise<boolean> {
    const asked = this.history;
    this.asked += 1;
    const found = await asked?.().catch(() => null) ?? null;
    if (asked !== this.history || !this.isConnected) return this.range !== null;
    // What is pushed next is behind the last batch: the line goes to now.
    const to = Math.max(found?.to.getTime() ?? 0, Date.now());
    this.range = found && found.from.getTime() < to ? { from: found.from.getTime(), to } : null;
    this.hidden = !this.range;
    clearTimeout(this.refresher);
    const wait = this.range || this.asked > EARLY_TIMES ? REFRESH_MS : EARLY_MS;
    this.refresher = setTimeout(() => void this.refresh(), wait);
    return this.range !== null;
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('history')) {
      this.asked = 0;
      void this.refresh();
    }
    if (this.at === null && changed.has('at')) this.stop();
    this.toggleAttribute('replay', this.at !== null);
  }

  override updated(): void {
    if (!this.range || !this.slider) return;
    const { from, to } = this.range;
    const shown = this.at ?? to;
    this.slider.value = String(shown);
    this.slider.style.setProperty('--_done', String((shown - from) / (to - from)));
  }

  override render() {
    if (!this.range) return null;
    const words = wordsFor(this.locale).scrubber;
    const { from, to } = this.range;
    const shown = this.at === null ? words.now : timeText(this.at, this.locale);
    return html`
      <div class="bar" role="group" aria-label=${words.label}>
        <button type="button" class="icon play" aria-label=${this.playing ? words.pause : words.play}
          title=${this.playing ? words.pause : words.play} @click=${this.togglePlaying}>
          ${this.playing ? icons.pause : icons.play}
        </button>
        <cc-choice .label=${words.speed} .value=${this.speed} .options=${SPEEDS.map((speed) => (
          { value: speed, label: `${speed}×`, name: words.times.replace('{count}', String(speed)) }))}
          @choose=${(event: CustomEvent<number>) => { this.speed = event.detail; }}></cc-choice>
        <span class="edge">${timeText(from, this.locale, { hour: 'numeric', minute: '2-digit' })}</span>
        <input type="range" min=${from} max=${to} step="any" aria-label=${words.slider} aria-valuetext=${shown}
          @input=${this.onInput} @keydown=${this.onKey} @pointerdown=${this.onGrab}>
        <span class="edge">${words.now}</span>
        <output class="shown">${this.at === null ? '' : shown}</output>
        <button type="button" class="live" @click=${() => this.go(null)}>${words.back_to_live}</button>
      </div>`;
  }

  private onInput(): void {
    this.stop();
    this.moveTo(placed(this.slider!.valueAsNumber, this.range!));
  }

  private onGrab(): void {
    this.advanceNow();
  }

  private onKey(event: KeyboardEvent): void {
    this.advanceNow();
    const goal = afterKey(event.key, this.at, this.range!);
    if (goal === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.stop();
    this.moveTo(goal);
  }

  /** While somebody drags, only where they rest is asked for. */
  private moveTo(goal: number | null): void {
    this.at = goal;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.send(), goal === null ? 0 : SETTLED_MS);
  }

  private go(goal: number | null): void {
    clearTimeout(this.settling);
    this.at = goal;
    this.send();
  }

  private send(): void {
    const time = this.at === null ? null : new Date(this.at);
    this.dispatchEvent(new CustomEvent('cc-seek', { detail: { time }, bubbles: true, composed: true }));
  }

  private togglePlaying(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    this.advanceNow();
    if (this.at === null) this.go(this.range!.from);
    this.playing = setInterval(() => this.playOn(), 1000);
  }

  private playOn(): void {
    this.advanceNow();
    if (this.at !== null) this.go(placed(this.at + this.speed * 1000, this.range!));
  }

  private stop(): void {
    clearInterval(this.playing);
    this.playing = undefined;
  }

  private advanceNow(): void {
    if (this.range) this.range = { from: this.range.from, to: Math.max(this.range.to, Date.now()) };
  }

  static override styles = [base, buttons, scrubberStyles];
}

define('cc-time-scrubber', TimeScrubber);
