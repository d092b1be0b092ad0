// The pointer of a screen that nobody works at: `onRest(true)` once it has not moved for a while.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

const REST_MS = 3000;

export class PointerRest implements ReactiveController {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, private readonly onRest: (rests: boolean) => void) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('pointermove', this.onMove);
    this.onMove();
  }

  hostDisconnected(): void {
    removeEventListener('pointermove', this.onMove);
    clearTimeout(this.timer);
  }

  private readonly onMove = (): void => {
    clearTimeout(this.timer);
    this.onRest(false);
    this.timer = setTimeout(() => this.onRest(true), REST_MS);
  };
}
