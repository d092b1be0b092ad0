// <cc-toast>: a sentence over its owner, for a while. Where it stands is the owner's to say.

import { css, html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';

import { base } from '../tokens.js';
import { define } from './define.js';

const SHOWN_MS = 4000;

export class Toast extends LitElement {
  static override styles = [base, css`
    :host { pointer-events: none; }

    .toast {
      width: fit-content;
      max-width: calc(100% - 32px);
      margin: 0 auto;
      padding: 0.5em 1em;
      border-radius: var(--_radius-small);
      background: var(--_ink);
      color: var(--_panel);
      font-size: 0.93em;
      box-shadow: var(--_shadow-high);
      overflow-wrap: anywhere;
    }
  `];

  @state() private text = '';
  private hiding: ReturnType<typeof setTimeout> | undefined;

  show(text: string): void {
    clearTimeout(this.hiding);
    this.text = text;
    this.hiding = setTimeout(() => { this.text = ''; }, SHOWN_MS);
  }

  override render() {
    return this.text ? html`<div class="toast">${this.text}</div>` : nothing;
  }
}

define('cc-toast', Toast);
