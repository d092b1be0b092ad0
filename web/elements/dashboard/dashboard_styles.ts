// The looks of a dashboard around its charts; on a wall everything is larger, in kiosk mode only charts are left.

import { css } from 'lit';

export const dashboardStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    container: dashboard / inline-size;
    color: var(--_ink);
    font: 400 14px/1.45 var(--_font);
    text-align: start;
    -webkit-text-size-adjust: 100%;
  }

  .frame { --space: 12px; position: relative; flex: 1; display: flex; flex-direction: column; color: var(--_ink); }
  .frame[data-theme="light"] { color-scheme: light; }
  .frame[data-theme="dark"] { color-scheme: dark; }

  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; min-height: 40px; margin-bottom: var(--space); }
  .head cc-variable-bar { flex: 1 1 0; min-width: min-content; margin: 0; }

  .title {
    flex: 0 1 auto;
    min-width: 0;
    margin: 0 auto 0 0;
    font-size: 1.6em;
    font-weight: 650;
    letter-spacing: -0.015em;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }

  cc-state-mark, cc-dashboard-tools { flex: none; }
  .head cc-state-mark { min-width: 11.5em; justify-content: flex-end; }
  cc-variable-bar, cc-time-scrubber, ::slotted([slot="lead"]) { margin-bottom: var(--space); }
  cc-panel-grid, .waits { margin-top: 4px; }
  .waits { min-height: 70vh; }
  cc-notice { min-height: 50vh; font-size: 1.07em; }

  cc-toast { position: fixed; z-index: 40; inset: auto 0 24px; }

  @container dashboard (max-width: 700px) {
    .title { flex: 1 1 50%; font-size: 1.4em; }
    .head cc-state-mark { order: 1; flex: 1 1 auto; min-width: 0; justify-content: flex-start; }
    .head cc-variable-bar { order: 2; flex: 1 1 100%; }
  }

  @container dashboard (min-width: 2200px) {
    .frame { --space: 22px; font-size: clamp(20px, 0.6cqw, 34px); }
    cc-dashboard-tools { zoom: 1.6; }
  }

  /* ---- Only charts: a screen that nobody works at ---------------------------------------------- */

  :host([kiosk]) .frame { min-height: var(--_screen, 100vh); padding: 16px; background: var(--_ground); }
  :host([kiosk]) cc-panel-grid { margin-top: 0; }
  :host([kiosk]) .rests { cursor: none; }

  @container dashboard (max-width: 700px) {
    :host([kiosk]) .frame { padding: 12px; }
  }

  @container dashboard (min-width: 2200px) {
    :host([kiosk]) .frame { padding: 26px; }
  }

  .leave {
    position: fixed;
    z-index: 20;
    top: 12px;
    right: 12px;
    border: 1px solid var(--_line);
    background: var(--_panel);
    box-shadow: var(--_shadow-high);
    transition: opacity 0.2s;
  }

  .rests .leave:not(:focus-visible) { opacity: 0; }

  :host(:fullscreen) { overflow: auto; background: var(--_ground); }
  :host(:fullscreen:not([kiosk])) { padding: 20px; }
  :host::backdrop { background: var(--_ground); }

  @media print {
    .frame[data-theme] { color-scheme: light; }
    cc-toast, .leave, ::slotted([slot="lead"]) { display: none; }
  }
`;
