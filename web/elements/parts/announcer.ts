// <cc-announcer>: the live region of an element. What many charts of a page say at once, as when they share a
// lost connection, is said by the first of them; values are said rarely, and never beside each other.

import { css, html, LitElement } from 'lit';

import { base } from '../tokens.js';
import { define } from './define.js';

const SAME_MS = 3000;
const BETWEEN_VALUES_MS = 10_000;

const lastSaid = new Map<string, number>();

function isNews(subject: string): boolean {
  const now = Date.now();
  for (const [text, at] of lastSaid) {
    if (now - at > SAME_MS) lastSaid.delete(text);
  }
  if (lastSaid.has(subject)) return false;
  lastSaid.set(subject, now);
  return true;
}

export class Announcer extends LitElement {
  private text = '';
  private valuesAt = 0;
  private values: (() => Promise<string>) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `subject`: the same from several elements is said once. */
  say(text: string, subject = text): void {
    if (text && isNews(subject)) this.write(text);
  }

  /** At most every ten seconds, and then what is true by then. */
  sayValues(values: () => Promise<string>): void {
    this.values = values;
    const wait = Math.max(0, this.valuesAt + BETWEEN_VALUES_MS - Date.now());
    this.timer ??= setTimeout(() => void this.writeValues(), wait);
  }

  /** Values that have not been said yet are not said any more. */
  dropValues(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  override disconnectedCallback(): void {
    this.dropValues();
    super.disconnectedCallback();
  }

  override render() {
    return html`<div role="status" aria-live="polite" class="visually-hidden">${this.text}</div>`;
  }

  private async writeValues(): Promise<void> {
    this.timer = undefined;
    this.valuesAt = Date.now();
    const text = await this.values?.();
    if (text) this.write(text);
  }

  private write(text: string): void {
    // A text that is repeated would be no change, and not be heard.
    this.text = text === this.text ? `${text}\u00a0` : text;
    this.requestUpdate();
  }

  static override styles = [base, css`:host { position: absolute; }`];
}

define('cc-announcer', Announcer);
