// <cc-notice>: a sentence in the place of what cannot be shown, with a button where trying again may help.
// `retry` is sent when that is pressed. What is slotted stands in for the sentence.

import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';

import { base, buttons } from '../tokens.js';
import { define } from './define.js';
import { icons, type IconName } from './icons.js';

export class Notice extends LitElement {
  @property() text = '';
  @property() icon: IconName | '' = '';
  /** The words of the button; none, no button. */
  @property() action = '';

  override render() {
    return html`
      ${this.icon ? html`<span class="sign">${icons[this.icon]}</span>` : null}
      <p><slot>${this.text}</slot></p>
      ${this.action ? html`<button type="button" class="plain" @click=${this.retry}>${this.action}</button>` : null}`;
  }

  private retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }

  static override styles = [base, buttons, css`
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 0.9em;
      padding: 1em;
      color: var(--_ink-soft);
      text-align: center;
    }

    p { max-width: 34em; margin: 0; line-height: 1.5; text-wrap: balance; overflow-wrap: anywhere; }
    .sign svg { display: block; width: 28px; height: 28px; opacity: 0.75; }
  `];
}

define('cc-notice', Notice);
