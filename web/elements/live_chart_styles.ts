// The looks of <live-chart>: a card whose parts have their places before anything is known, so that nothing
// moves when data arrive. The height is the page's to set; what is left of it belongs to the chart.

import { css } from 'lit';

export const liveChartStyles = css`
  :host {
    display: block;
    height: 360px;
    min-height: 180px;
    color: var(--_ink);
    font: 400 14px/1.45 var(--_font);
    text-align: start;
    -webkit-text-size-adjust: 100%;
  }

  :host(:fullscreen) { height: auto; padding: 24px; background: var(--_ground); }
  :host::backdrop { background: var(--_ground); }

  .card {
    position: relative;
    container-type: inline-size;
    height: 100%;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_panel);
    box-shadow: var(--_shadow);
  }

  .inside { display: flex; flex-direction: column; height: 100%; padding: 0.86em 1.14em 1em; }

  header { display: flex; align-items: flex-start; gap: 8px; min-height: 3.3em; margin-bottom: 0.7em; }
  .names { flex: 1; min-width: 0; }
  .tools { display: var(--_tools, flex); flex: none; margin: -4px -8px 0 0; }

  .title {
    margin: 0;
    overflow: hidden;
    font-size: 1.11em;
    font-weight: 620;
    letter-spacing: -0.005em;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .unknown {
    display: inline-block;
    width: min(11em, 100%);
    height: 0.8em;
    border-radius: 4px;
    background: var(--_line);
  }

  .about { display: flex; align-items: center; gap: 1em; height: 1.6em; color: var(--_ink-soft); font-size: 0.89em; }
  .subtitle { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

  .content { flex: 1; display: flex; gap: 14px; flex-direction: column; min-height: 0; }
  .stage { position: relative; flex: 1 1 60%; min-width: 0; min-height: 0; }
  .drawing { position: absolute; inset: 0; transition: opacity 0.25s; }
  .lost .drawing { opacity: 0.42; }
  .hidden .drawing { visibility: hidden; }
  .data { flex: 1 1 40%; display: flex; flex-direction: column; gap: 8px; min-width: 0; min-height: 0; }
  .data cc-data-table { flex: 0 1 auto; }
  cc-choice { align-self: flex-start; max-width: 100%; overflow: auto; }

  cc-notice, .skeleton { position: absolute; inset: 0; }

  .skeleton {
    display: flex;
    align-items: flex-end;
    gap: 4%;
    padding: 4% 2% 0;
    border-bottom: 1px solid var(--_line);
    animation: wait 2.4s ease-in-out infinite;
  }

  .skeleton i { flex: 1; border-radius: 4px 4px 0 0; background: var(--_line); }
  .skeleton i:nth-child(1) { height: 34%; }
  .skeleton i:nth-child(2) { height: 52%; }
  .skeleton i:nth-child(3) { height: 43%; }
  .skeleton i:nth-child(4) { height: 68%; }
  .skeleton i:nth-child(5) { height: 57%; }
  .skeleton i:nth-child(6) { height: 79%; }
  .skeleton i:nth-child(7) { height: 64%; }
  @keyframes wait { 50% { opacity: 0.45; } }

  .below:not(:empty) { margin-top: 10px; }
  cc-time-scrubber { margin-top: 10px; }

  cc-toast { position: absolute; z-index: 2; inset: auto 0 14px; }

  /* There for the keyboard and for screen readers, also where the page did not ask for a table. */
  .skip { position: absolute; z-index: 2; inset: 8px auto auto 8px; }

  .skip:not(:focus) {
    width: 1px;
    height: 1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @container (min-width: 900px) {
    .content { flex-direction: row; gap: 20px; }
    .data { flex-basis: 36%; }
  }

  /* A wall: read from across the room. */
  @container (min-width: 1660px) {
    .inside { font-size: max(1em, 19px); }
    .tools { zoom: 1.35; }
  }

  @media print {
    :host { break-inside: avoid; }
    .tools, .skip, cc-toast, .skeleton { display: none; }
    .card { box-shadow: none; }
  }
`;
