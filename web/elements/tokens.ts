// The visual language for shadow roots: tokens.css, which the style sheet of the pages contains too, and what
// every part needs besides. Sizes are in em of the host's letters, so that a wall display enlarges all at once;
// the host's are in px, since a page around us may have made its rem smaller than anybody can read.

import { css, unsafeCSS } from 'lit';

import tokenText from './tokens.css' with { type: 'text' };

/** For the hosts that stand by themselves: parts inside of them inherit. */
export const tokens = unsafeCSS(tokenText);

export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host([hidden]), [hidden] { display: none !important; }
  :focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
  :focus:not(:focus-visible) { outline: none; }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;

export const buttons = css`
  button {
    margin: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }

  button:disabled { opacity: 0.5; cursor: default; }

  .icon {
    display: inline-grid;
    place-items: center;
    flex: none;
    width: 32px;
    height: 32px;
    padding: 0;
    border-radius: var(--_radius-small);
    color: var(--_ink-soft);
    transition: background-color 0.12s, color 0.12s;
  }

  .icon:hover, .icon[aria-expanded="true"], .icon[aria-pressed="true"] {
    background: var(--_hover);
    color: var(--_ink);
  }

  .icon:focus-visible { outline-offset: -1px; }
  .icon svg { width: 18px; height: 18px; }

  .plain {
    padding: 0.4em 0.9em;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_panel);
    color: var(--_ink);
    font-weight: 550;
    line-height: 1.4;
    transition: background-color 0.12s, border-color 0.12s;
  }

  .plain:hover { border-color: var(--_control); background: var(--_sunken); }

  @media (pointer: coarse) {
    .icon { width: 40px; height: 40px; }
  }
`;
