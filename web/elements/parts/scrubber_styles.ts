// The looks of the time scrubber: a quiet bar, which takes the colour of the accent while the past is shown.

import { css } from 'lit';

export const scrubberStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    color: var(--_ink-soft);
    font: 400 13px/1.4 var(--_font);
    font-variant-numeric: tabular-nums;
  }

  .bar {
    display: flex;
    align-items: center;
    gap: 6px 12px;
    min-height: 48px;
    padding: 6px 8px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_panel);
    transition: background-color 0.15s, border-color 0.15s;
  }

  :host([replay]) .bar { border-color: var(--_accent); background: var(--_wash); }

  .edge { white-space: nowrap; }
  .track { position: relative; flex: 1; display: flex; min-width: 60px; }

  /* Above the thumb, which hides nothing of it; at the ends it stays over the track. */
  .shown {
    position: absolute;
    z-index: 1;
    bottom: calc(100% - 3px);
    left: clamp(3.9em, calc(8px + (100% - 16px) * var(--_done, 1)), calc(100% - 3.9em));
    padding: 1px 9px;
    border-radius: 99px;
    background: var(--_accent);
    color: var(--_accent-ink);
    font-weight: 600;
    white-space: nowrap;
    pointer-events: none;
    translate: -50% 0;
  }

  :host(:not([replay])) .shown { display: none; }

  /* The word and the button have one place: nothing moves when the past begins. */
  .end { display: grid; align-items: center; }
  .end > * { grid-area: 1 / 1; }
  :host([replay]) .now { visibility: hidden; }

  .live {
    min-height: 32px;
    padding: 0 14px;
    border-radius: var(--_radius-small);
    background: var(--_accent);
    color: var(--_accent-ink);
    font-weight: 600;
    white-space: nowrap;
    transition: filter 0.12s;
  }

  .live:hover { filter: brightness(1.06); }

  :host(:not([replay])) .live { visibility: hidden; }

  input {
    flex: 1;
    min-width: 0;
    height: 32px;
    margin: 0;
    appearance: none;
    background: none;
    cursor: pointer;
    /* To the middle of the thumb, which stays inside at both ends. */
    --_end: calc(8px + (100% - 16px) * var(--_done, 1));
    --_track: linear-gradient(to right, var(--_accent) var(--_end), var(--_line) var(--_end));
  }

  input:focus-visible { outline-offset: 0; border-radius: var(--_radius-small); }

  input::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--_track); }
  input::-moz-range-track { height: 4px; border-radius: 2px; background: var(--_track); }

  input::-webkit-slider-thumb {
    width: 16px;
    height: 16px;
    margin-top: -6px;
    appearance: none;
    border: 3px solid var(--_panel);
    border-radius: 50%;
    background: var(--_accent);
    box-shadow: 0 0 0 1px var(--_accent);
  }

  input::-moz-range-thumb {
    width: 10px;
    height: 10px;
    border: 3px solid var(--_panel);
    border-radius: 50%;
    background: var(--_accent);
    box-shadow: 0 0 0 1px var(--_accent);
  }

  @container (max-width: 640px) {
    .bar { flex-wrap: wrap; }
    .edge:not(.now) { display: none; }
    .track { display: contents; }
    input { order: -1; flex-basis: 100%; }
    .shown { position: static; padding: 0; background: none; color: var(--_ink); translate: none; }
    .end { flex: 1; justify-items: end; }
  }

  @container (min-width: 1660px) {
    .bar { zoom: 1.4; }
  }

  @container (min-width: 2700px) {
    .bar { zoom: 2; }
  }

  @media (pointer: coarse) {
    .live { min-height: 40px; }
  }

  @media print {
    :host(:not([replay])) { display: none; }
    button, input, cc-choice, .edge { display: none !important; }
  }
`;
