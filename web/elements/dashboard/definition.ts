// What the server says a dashboard is. Asked for again when the connection is back: it may be another by then.

import type { ChartcastError } from '../../sdk/src/error.js';
import type { Cast, Dashboard } from '../../sdk/src/types.js';

const AGAIN_AFTER_MS = [1000, 2000, 5000];

export interface DefinitionEvents {
  known(dashboard: Dashboard): void;
  /** `code` says why; none when the server was not reached, which is tried again. */
  failed(code: string | undefined): void;
}

export class Definition {
  private readonly leave: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private asked = 0;
  private connectedBefore: boolean;

  constructor(private readonly cast: Cast, private readonly id: string, private readonly on: DefinitionEvents) {
    this.connectedBefore = cast.status === 'connected';
    this.leave = cast.on('connection', (status) => {
      if (status !== 'connected') return;
      if (this.connectedBefore) void this.load();
      this.connectedBefore = true;
    });
    void this.load();
  }

  async load(): Promise<void> {
    clearTimeout(this.timer);
    const question = ++this.asked;
    try {
      const dashboard = await this.cast.dashboard(this.id);
      if (question !== this.asked) return;
      this.failures = 0;
      this.on.known(dashboard);
    } catch (error) {
      if (question !== this.asked) return;
      // Whatever is no answer of the server's about this dashboard may be one the next time.
      const { code, status = 0 } = error as Partial<ChartcastError>;
      const isUnreached = status === 0 || status >= 500;
      this.on.failed(isUnreached ? undefined : code);
      if (isUnreached) this.timer = setTimeout(() => void this.load(), this.patience());
    }
  }

  destroy(): void {
    this.asked++;
    clearTimeout(this.timer);
    this.leave();
  }

  private patience(): number {
    return AGAIN_AFTER_MS[Math.min(this.failures++, AGAIN_AFTER_MS.length - 1)];
  }
}
