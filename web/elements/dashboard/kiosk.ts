// Screens that nobody works at: full screen, charts only, and a pointer that rests is hidden. Whoever went into
// kiosk mode gets out again; an author who has put a dashboard into a page without its head wants it to stay so.

import type { LitElement, ReactiveController } from 'lit';

const REST_MS = 3000;

export interface KioskHost extends LitElement {
  kiosk: boolean;
  readonly address: boolean;
}

export class Kiosk implements ReactiveController {
  /** The pointer has not moved for a while. */
  rests = false;
  private byReader = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: KioskHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('fullscreenchange', this.onFullScreen);
    addEventListener('keydown', this.onKey);
    addEventListener('pointermove', this.onMove);
    this.onMove();
  }

  hostDisconnected(): void {
    this.host.removeEventListener('fullscreenchange', this.onFullScreen);
    removeEventListener('keydown', this.onKey);
    removeEventListener('pointermove', this.onMove);
    clearTimeout(this.timer);
  }

  /** Pages of ours have the address, and are left by who opened them; frames stay as the page around them wants. */
  get canLeave(): boolean {
    return this.host.kiosk && (this.byReader || (this.host.address && window.top === window));
  }

  get isFullScreen(): boolean {
    return this.host.matches(':fullscreen');
  }

  async toggleFullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.host.requestFullscreen().catch(() => undefined);
  }

  async enter(): Promise<void> {
    this.byReader = true;
    this.host.kiosk = true;
    if (document.fullscreenEnabled) await this.host.requestFullscreen().catch(() => undefined);
  }

  readonly leave = (): void => {
    this.byReader = false;
    this.host.kiosk = false;
    if (document.fullscreenElement) void document.exitFullscreen();
  };

  /** Escape leaves both together: the browser keeps the key to itself. */
  private readonly onFullScreen = (): void => {
    if (!document.fullscreenElement && this.byReader) this.leave();
    this.host.requestUpdate();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.canLeave && !event.defaultPrevented) this.leave();
  };

  private readonly onMove = (): void => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(true), REST_MS);
    this.rest(false);
  };

  private rest(rests: boolean): void {
    if (rests === this.rests) return;
    this.rests = rests;
    if (this.host.kiosk) this.host.requestUpdate();
  }
}
