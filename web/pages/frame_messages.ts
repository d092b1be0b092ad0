// What a page in a frame and the page around it say to each other (docs/pages.md):
//
//   frame to parent   {type: 'chartcast:token-needed'}          a token has ended, ends soon, or is missing
//   parent to frame   {type: 'chartcast:token', token}          whenever it likes
//   frame to parent   {type: 'chartcast:state', chart, status, code, asOf}
//
// What the frame says holds no secret, so it may go to whichever page is around it; that page was let in by
// `frame_ancestors`. Tokens are taken from that page only.

const ANSWER_MS = 10_000;
const TOKEN_MAX = 8192;

const framed = (): boolean => window.parent !== window;

export class TokenFromParent {
  private waiting: ((token: string) => void)[] = [];

  /** `unasked`: called with tokens that nobody waits for. */
  constructor(private readonly unasked: (token: string) => void) {
    if (framed()) addEventListener('message', (event) => this.onMessage(event));
  }

  /** Rejects when there is nobody to ask, or no answer in ten seconds. */
  ask(): Promise<string> {
    if (!framed()) return Promise.reject(new Error('There is no page around this one to ask for a token.'));
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      setTimeout(reject, ANSWER_MS, new Error('The page around this one has not answered with a token.'));
      tellParent({ type: 'chartcast:token-needed' });
    });
  }

  private onMessage({ source, data }: MessageEvent): void {
    if (source !== window.parent || data?.type !== 'chartcast:token') return;
    const { token } = data;
    if (typeof token !== 'string' || token === '' || token.length > TOKEN_MAX) return;
    const waiting = this.waiting.splice(0);
    for (const resolve of waiting) resolve(token);
    if (waiting.length === 0) this.unasked(token);
  }
}

export interface StateMessage {
  readonly type: 'chartcast:state';
  /** The chart whose state it is; null for a dashboard as a whole. */
  readonly chart: string | null;
  readonly status: string;
  readonly code: string | null;
  /** ISO 8601; null before there are data. */
  readonly asOf: string | null;
}

export function tellParent(message: StateMessage | { type: 'chartcast:token-needed' }): void {
  if (framed()) window.parent.postMessage(message, '*');
}
