// A screen that turns its own pages: `rotate="30s"` shows the next part of a dashboard that is higher than the
// screen, and after the last part the next of several dashboards. It waits while somebody points or types.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PERIOD_MIN_MS = 1000;
const MARGIN_PX = 8;
const PERIOD_MAX_MS = 24 * 3_600_000;

/** 0 when the text is no duration. */
export function periodOf(text: string | null): number {
  const parts = /^(\d{1,6})(ms|s|m|h)$/.exec(text?.trim() ?? '');
  if (!parts) return 0;
  const period = Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS];
  return Math.min(PERIOD_MAX_MS, Math.max(PERIOD_MIN_MS, period));
}

export class Rotation implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | undefined;
  private period = 0;

  constructor(host: ReactiveControllerHost, private readonly turn: () => void) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const event of ['pointermove', 'pointerdown', 'keydown']) addEventListener(event, this.restart);
    this.restart();
  }

  hostDisconnected(): void {
    for (const event of ['pointermove', 'pointerdown', 'keydown']) removeEventListener(event, this.restart);
    clearInterval(this.timer);
  }

  every(period: number): void {
    if (period === this.period) return;
    this.period = period;
    this.restart();
  }

  private readonly restart = (): void => {
    clearInterval(this.timer);
    if (this.period > 0) this.timer = setInterval(this.turn, this.period);
  };
}

/** To the first panel that is not wholly seen; past one that is higher than the window. False at the end. */
export function showNextPart(panels: readonly Element[], behavior: ScrollBehavior): boolean {
  const scroller = scrollerOf();
  const { scrollTop, clientHeight, scrollHeight } = scroller;
  if (scrollTop + clientHeight >= scrollHeight - 1) return false;
  const top = panels
    .map((panel) => panel.getBoundingClientRect())
    .filter((box) => box.bottom > clientHeight + 1 && box.top > MARGIN_PX + 1)
    .reduce((least, box) => Math.min(least, box.top - MARGIN_PX), clientHeight);
  scroller.scrollBy({ top, behavior });
  return true;
}

export function showFirstPart(behavior: ScrollBehavior): void {
  scrollerOf().scrollTo({ top: 0, behavior });
}

const scrollerOf = (): Element => document.fullscreenElement ?? document.scrollingElement ?? document.documentElement;
