// The look of what stands in the bar of variables: a box with a name, what is chosen, and what opens under it.

import { css } from 'lit';

export const controls = css`
  :host { display: inline-block; position: relative; max-width: 100%; }

  .box {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 3px;
    max-width: 100%;
    min-height: 2.5em;
    padding: 3px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_panel);
    transition: border-color 0.12s;
  }

  .box:hover { border-color: var(--_control); }
  .box:focus-within { border-color: var(--_accent); }
  .name { color: var(--_ink-soft); }
  .name::after { content: "\\00a0"; }

  .opener {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    min-height: 2em;
    padding: 0 0.45em 0 0.6em;
    border-radius: calc(var(--_radius-small) - 2px);
    white-space: nowrap;
  }

  .opener svg { width: 1em; height: 1em; color: var(--_ink-soft); transition: transform 0.15s; }
  .opener[aria-expanded="true"] svg { transform: rotate(180deg); }
  .value { font-weight: 550; }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    min-width: 0;
    min-height: 2em;
    padding: 0 0.5em 0 0.65em;
    border-radius: calc(var(--_radius-small) - 2px);
    background: var(--_wash);
    color: var(--_accent);
    font-weight: 550;
  }

  .chip:hover { background: color-mix(in srgb, var(--_accent) 18%, var(--_panel)); }
  .chip span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .chip svg { flex: none; width: 0.8em; height: 0.8em; stroke-width: 2; }

  .popover {
    position: absolute;
    z-index: 30;
    top: calc(100% + 6px);
    left: 0;
    min-width: max(100%, 13em);
    max-width: min(24em, calc(100vw - 16px));
    transform: translateX(var(--shift, 0));
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_panel);
    box-shadow: var(--_shadow-high);
  }

  input {
    width: 100%;
    min-height: 2.3em;
    padding: 0 0.65em;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_panel);
    color: var(--_ink);
    font: inherit;
  }

  input::placeholder { color: var(--_ink-soft); opacity: 1; }
  input:focus-visible { border-color: var(--_accent); outline-offset: 0; outline-width: 1px; }
  input[type="search"]::-webkit-search-cancel-button { display: none; }

  @media (pointer: coarse) {
    .opener, .chip { min-height: 2.4em; }
  }
`;
