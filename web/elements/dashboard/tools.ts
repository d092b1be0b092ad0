// `<cc-dashboard-tools>`: what one can do with a dashboard. Sends `cc-tool` with the name of it.

import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { define } from '../parts/define.js';
import { icons, type IconName } from '../parts/icons.js';
import '../parts/menu.js';
import type { MenuItem } from '../parts/menu.js';
import { base, buttons } from '../tokens.js';
import { fill } from '../words/words.js';
import { dashboardWords } from './words.js';

export type Theme = 'auto' | 'light' | 'dark';
export type Tool = 'time_travel' | 'share' | 'full_screen' | 'kiosk' | 'print' | Theme;

const THEMES: readonly Theme[] = ['light', 'dark', 'auto'];

export class DashboardTools extends LitElement {
  /** Of the dashboard. */
  @property() heading = '';
  @property() locale = 'en';
  @property() theme: Theme = 'auto';
  @property({ type: Boolean }) past = false;
  @property({ type: Boolean, attribute: 'time-line' }) timeLine = false;
  @property({ type: Boolean, attribute: 'full-screen' }) fullScreen = false;

  override render() {
    const words = dashboardWords(this.locale).tools;
    return html`
      <span class="past" ?inert=${!this.past}>
        ${this.button('time_travel', 'replay', this.timeLine ? words.time_travel_end : words.time_travel, this.timeLine)}
      </span>
      ${this.button('share', 'link', words.share)}
      ${document.fullscreenEnabled ? this.button('full_screen', 'fullScreen',
        this.fullScreen ? words.leave_full_screen : words.full_screen, this.fullScreen) : nothing}
      <cc-menu .items=${this.items()} label=${fill(words.more, { title: this.heading })} @choose=${this.onChoose}>
      </cc-menu>`;
  }

  private button(tool: Tool, icon: IconName, label: string, pressed?: boolean) {
    return html`
      <button type="button" class="icon" aria-label=${label} title=${label} aria-pressed=${pressed ?? nothing}
        @click=${() => this.tell(tool)}>${icons[icon]}</button>`;
  }

  private items(): MenuItem[] {
    const words = dashboardWords(this.locale).tools;
    return [
      { id: 'kiosk', label: words.kiosk, icon: 'screen' },
      { id: 'print', label: words.print, icon: 'print' },
      ...THEMES.map((theme, place): MenuItem => ({
        id: theme, label: words[theme], begins: place === 0, ...(theme === this.theme ? { icon: 'check' } : {}),
      })),
    ];
  }

  private readonly onChoose = (event: CustomEvent<string>): void => this.tell(event.detail as Tool);

  private tell(tool: Tool): void {
    this.dispatchEvent(new CustomEvent<Tool>('cc-tool', { detail: tool }));
  }

  static override styles = [base, buttons, css`
    :host { display: inline-flex; align-items: center; gap: 2px; }
    /* Its place is kept: whether there is a past is known late. */
    .past[inert] { visibility: hidden; }
    @media print { :host { display: none; } }
  `];
}

define('cc-dashboard-tools', DashboardTools);
