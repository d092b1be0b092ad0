// Twelve columns; one on phones, two on tablets and on paper. In kiosk mode the rows share the height of the screen.

import { css } from 'lit';

export const gridStyles = css`
  :host {
    --row: 48px;
    --gap: 16px;
    display: flex;
    flex: 1;
    flex-direction: column;
  }

  .grid {
    display: grid;
    flex: 1;
    align-content: start;
    grid-template-columns: repeat(12, minmax(0, 1fr));
    grid-auto-rows: var(--row);
    gap: var(--gap);
  }

  /* Letters as large as the dashboard's, whatever the chart would have alone. */
  live-chart {
    grid-column: var(--column);
    grid-row: var(--row-of);
    height: auto;
    min-width: 0;
    min-height: 0;
    font-size: 1em;
  }

  @container dashboard (max-width: 700px) {
    :host { --gap: 12px; }
    .grid { display: flex; flex-direction: column; }
    live-chart { flex: none; height: clamp(270px, calc(var(--rows) * 56px), 420px); }
  }

  /* A tablet: two side by side, in reading order; one that stands alone has the whole line. */
  @container dashboard (min-width: 700.02px) and (max-width: 1080px) {
    .grid { display: flex; flex-wrap: wrap; }
    live-chart { flex: 1 1 100%; height: clamp(280px, calc(var(--rows) * 60px), 440px); }
    live-chart.narrow { flex-basis: calc(50% - var(--gap)); }
  }

  :host([kiosk]) live-chart { --_tools: none; }

  /* A wall: read from across the room, and filled. */
  @container dashboard (min-width: 2200px) {
    :host { --row: 84px; --gap: 26px; }
    .grid { grid-template-rows: repeat(var(--rows-of-grid), minmax(var(--row), 1fr)); align-content: stretch; }
  }

  @container dashboard (min-width: 1080.02px) {
    :host([kiosk]) .grid {
      align-content: stretch;
      grid-template-rows: repeat(var(--rows-of-grid), minmax(36px, 1fr));
      min-height: calc(var(--_screen, 100vh) - 2 * var(--gap));
    }
  }

  :host(.printing) .grid { display: grid; width: 690px; grid-auto-rows: 270px; min-height: 0; --gap: 10px; }
  :host(.printing) live-chart { grid-row: auto; grid-column: span 12; height: auto; }
  :host(.printing) live-chart.narrow { grid-column: span 6; }
`;
