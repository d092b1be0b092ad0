// What opens under a control and goes again: with Escape, with a click elsewhere, when the focus moves on. It stays
// inside the window, and what had the focus gets it back.

import type { LitElement, ReactiveController } from 'lit';

const MARGIN_PX = 8;

export class Popover implements ReactiveController {
  isOpen = false;

  /** `opener` and `panel` are selectors in the shadow root of the host. */
  constructor(private readonly host: LitElement, private readonly opener: string, private readonly panel: string) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('keydown', this.onKey);
    this.host.addEventListener('focusout', this.onFocusOut);
    document.addEventListener('pointerdown', this.onPointer);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('keydown', this.onKey);
    this.host.removeEventListener('focusout', this.onFocusOut);
    document.removeEventListener('pointerdown', this.onPointer);
    this.isOpen = false;
  }

  /** `focus` is the selector of what is to have the focus inside. */
  async open(focus: string): Promise<void> {
    this.isOpen = true;
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.keepInWindow();
    this.within<HTMLElement>(focus)?.focus();
  }

  close({ refocus = false } = {}): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.host.requestUpdate();
    if (refocus) this.within<HTMLElement>(this.opener)?.focus();
  }

  toggle(focus: string): void {
    if (this.isOpen) this.close({ refocus: true });
    else void this.open(focus);
  }

  private keepInWindow(): void {
    const panel = this.within<HTMLElement>(this.panel);
    if (!panel) return;
    panel.style.setProperty('--shift', '0px');
    const { left, right } = panel.getBoundingClientRect();
    const over = right - (document.documentElement.clientWidth - MARGIN_PX);
    panel.style.setProperty('--shift', `${-Math.max(0, Math.min(over, left - MARGIN_PX))}px`);
  }

  private within<Found extends Element>(selector: string): Found | null {
    return this.host.renderRoot.querySelector<Found>(selector);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.isOpen) return;
    event.stopPropagation();
    event.preventDefault();
    this.close({ refocus: true });
  };

  private readonly onFocusOut = (event: FocusEvent): void => {
    // A window that loses the focus keeps what is open in it.
    if (event.relatedTarget && !this.host.contains(event.relatedTarget as Node)) this.close();
  };

  private readonly onPointer = (event: PointerEvent): void => {
    if (!event.composedPath().includes(this.host)) this.close();
  };
}
