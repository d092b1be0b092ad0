// <cc-state-mark>: how current what is shown is. A word, an icon of its own shape and the time of the data, so
// that nobody depends on colour. Counts the age of the data on while nothing comes.

import { css, html, LitElement } from 'lit';
import { property, state } from 'lit/decorators.js';

import type { ChartState } from '../../sdk/src/types.js';
import { ageText, timeText } from '../formats.js';
import { base } from '../tokens.js';
import { fill, wordsFor, type Words } from '../words/words.js';
import { define } from './define.js';
import { icons } from './icons.js';

export type Mark = keyof Words['state'];

/** The one thing to say of a state. */
export function markOf({ status, paused }: ChartState): Mark {
  switch (status) {
    case 'connecting': return 'waiting';
    case 'disconnected': return 'reconnecting';
    case 'live': return paused ? 'paused' : 'live';
    default: return status;
  }
}

/** What counts is the most troubling: for the one mark of several charts. */
export function worstMark(marks: readonly Mark[]): Mark {
  return SEVERITY.find((mark) => marks.includes(mark)) ?? 'waiting';
}

const SEVERITY: readonly Mark[] =
  ['reconnecting', 'source_error', 'stale', 'degraded', 'replay', 'waiting', 'live', 'paused', 'refused'];

const ICON = { ...icons, source_error: icons.warning, stale: icons.clock, paused: icons.pause };

export class StateMark extends LitElement {
  @property() mark: Mark = 'waiting';
  /** Of the data, in milliseconds; null when there are none. */
  @property({ attribute: false }) asOf: Date | null = null;
  @property() locale = 'en';

  @state() private now = Date.now();
  private clock: ReturnType<typeof setInterval> | undefined;
  /** A server whose clock is ahead sends times of the future: by so much the reader's clock counts as slow. */
  private slowBy = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.clock = setInterval(() => this.tick(), 1000);
  }

  override disconnectedCallback(): void {
    clearInterval(this.clock);
    super.disconnectedCallback();
  }

  override render() {
    const words = wordsFor(this.locale);
    return html`
      <span class="mark ${this.mark}">${ICON[this.mark]}<span class="word">${words.state[this.mark]}</span></span>
      ${this.asOf ? html`<time datetime=${this.asOf.toISOString()}>${this.timeText(words)}</time>` : null}`;
  }

  private timeText(words: Words): string {
    const made = this.asOf!.getTime();
    this.slowBy = Math.max(this.slowBy, made - Date.now());
    const time = timeText(made, this.locale);
    const text = this.mark === 'live' ? time : fill(words.time.as_of, { time });
    const age = this.mark === 'replay' ? '' : ageText((this.now + this.slowBy - made) / 1000, this.locale);
    return age ? fill(words.time.aged, { time: text, age }) : text;
  }

  /** The age changes once a minute: nothing is drawn in between. */
  private tick(): void {
    const made = this.asOf?.getTime();
    if (made === undefined) return;
    const minutes = (now: number) => Math.floor((now + this.slowBy - made) / 60_000);
    const now = Date.now();
    if (minutes(now) !== minutes(this.now)) this.now = now;
  }

  static override styles = [base, css`
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.6em;
      min-width: 0;
      color: var(--_ink-soft);
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }

    .mark { display: inline-flex; align-items: center; gap: 0.25em; font-weight: 600; }
    .mark svg { flex: none; width: 1.1em; height: 1.1em; margin-inline-start: -0.2em; }
    time { overflow: hidden; text-overflow: ellipsis; }

    .live { color: var(--_good); }
    .reconnecting, .stale, .degraded { color: var(--_wait); }
    .source_error, .refused { color: var(--_bad); }
    .replay { color: var(--_accent); }

    .reconnecting svg { animation: turn 2s linear infinite; }
    .waiting svg { animation: turn 3s linear infinite; }
    @keyframes turn { to { rotate: 1turn; } }
  `];
}

define('cc-state-mark', StateMark);
