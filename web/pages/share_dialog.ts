// The dialog of the chart page: its link, the lines that show the chart on other pages, and the one that pushes
// to it. It is there from being appended to being closed.

import { css, html, LitElement } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { sharedAddress } from '../elements/chart_actions.js';
import { copyText } from '../elements/clipboard.js';
import '../elements/parts/choice.js';
import { define } from '../elements/parts/define.js';
import { icons } from '../elements/parts/icons.js';
import { base, buttons } from '../elements/tokens.js';
import type { LiveChart } from '../sdk/src/types.js';
import { elementSnippet, frameSnippet, optionSnippet, plainSnippet, rowsSnippet } from './snippets.js';

export interface ShareWords {
  readonly title: string;
  readonly close: string;
  readonly copy: string;
  readonly copied: string;
  readonly link: string;
  readonly embed: string;
  readonly frame: string;
  readonly element: string;
  readonly plain: string;
  readonly embed_note: string;
  readonly push: string;
  readonly push_note: string;
}

type Way = 'frame' | 'element' | 'plain';

const COPIED_MS = 2000;

export class ShareDialog extends LitElement {
  @property({ attribute: false }) words!: ShareWords;
  @property({ attribute: false }) chart: LiveChart | null = null;
  /** The time that is shown, when it is not now. */
  @property({ attribute: false }) at: Date | null = null;

  @state() private way: Way = 'frame';
  @state() private copied = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const { words, chart } = this;
    if (!chart) return null;
    const { origin } = location;
    const ways: Record<Way, string> = {
      frame: frameSnippet(origin, chart.id, chart.title),
      element: elementSnippet(origin, chart.id),
      plain: plainSnippet(origin, chart.id),
    };
    return html`
      <dialog aria-labelledby="title" @close=${() => this.remove()} @click=${this.onClick}>
        <div class="inside">
          <header>
            <h2 id="title">${words.title}</h2>
            <button type="button" class="icon" aria-label=${words.close} title=${words.close}
              @click=${() => this.dialog.close()}>${icons.close}</button>
          </header>
          <h3>${words.link}</h3>
          ${this.snippet('link', sharedAddress(origin, chart.id, this.at))}
          <h3>${words.embed}</h3>
          <cc-choice .label=${words.embed} .value=${this.way} .options=${(['frame', 'element', 'plain'] as const)
            .map((value) => ({ value, label: words[value] }))}
            @choose=${({ detail }: CustomEvent<Way>) => { this.way = detail; }}></cc-choice>
          ${this.snippet(this.way, ways[this.way])}
          <p>${words.embed_note}</p>
          <h3>${words.push}</h3>
          ${this.snippet('push', this.pushSnippet(chart, origin))}
          <p>${words.push_note}</p>
        </div>
      </dialog>`;
  }

  private pushSnippet(chart: LiveChart, origin: string): string {
    const [dataset] = chart.datasets;
    if (!dataset) return optionSnippet(origin, chart.id, { series: [{ type: 'bar', data: [5, 9, 7] }] });
    const row = chart.rows(dataset).at(-1) ?? Object.fromEntries(chart.fields(dataset).map((field) => [field, null]));
    return rowsSnippet(origin, dataset, row);
  }

  private snippet(id: string, text: string) {
    const copied = this.copied === id;
    return html`
      <div class="snippet">
        <pre><code>${text}</code></pre>
        <button type="button" class="plain" @click=${() => this.copy(id, text)}>
          ${copied ? icons.check : icons.copy}
          <span aria-live="polite">${copied ? this.words.copied : this.words.copy}</span>
        </button>
      </div>`;
  }

  private async copy(id: string, text: string): Promise<void> {
    if (!await copyText(text)) return;
    this.copied = id;
    setTimeout(() => { this.copied = ''; }, COPIED_MS);
  }

  /** Beside the dialog: its own area is all covered by what is inside. */
  private onClick(event: Event): void {
    if (event.target === this.dialog) this.dialog.close();
  }

  static override styles = [base, buttons, css`
    :host { display: contents; }

    dialog {
      width: min(720px, calc(100vw - 24px));
      max-width: none;
      max-height: calc(100dvh - 24px);
      padding: 0;
      border: 1px solid var(--_line);
      border-radius: var(--_radius);
      background: var(--_panel);
      color: var(--_ink);
      box-shadow: var(--_shadow-high);
      font: 400 14px/1.5 var(--_font);
    }

    dialog::backdrop { background: rgb(10 14 25 / 45%); }
    .inside { padding: 20px 24px 24px; }
    header { display: flex; align-items: center; justify-content: space-between; }
    header .icon { margin-right: -8px; }
    h2 { margin: 0; font-size: 19px; font-weight: 640; line-height: 1.3; }
    h3 { margin: 20px 0 8px; font-size: 14px; font-weight: 620; }
    p { margin: 8px 0 0; color: var(--_ink-soft); font-size: 13px; }
    cc-choice { margin-bottom: 8px; max-width: 100%; overflow-x: auto; }

    .snippet {
      display: flex;
      align-items: flex-start;
      gap: 8px;
      padding: 8px;
      border: 1px solid var(--_line);
      border-radius: var(--_radius-small);
      background: var(--_ground);
    }

    pre {
      flex: 1;
      min-width: 0;
      margin: 0;
      padding: 4px 6px;
      border-radius: 4px;
      font: 400 12.5px/1.55 var(--_mono);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }

    .snippet .plain {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      gap: 6px;
      min-width: 6.6em;
      padding-block: 4px;
    }

    .snippet svg { width: 14px; height: 14px; color: var(--_ink-soft); }

    @media (max-width: 520px) {
      .inside { padding: 14px 16px 18px; }
      .snippet { flex-direction: column; }
      .snippet pre { width: 100%; }
    }
  `];
}

define('cc-share-dialog', ShareDialog);
