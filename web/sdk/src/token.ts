// The token that a connection shows: asked for when it is needed, and when it ends if it says when.
// A token's text is read for nothing but `exp`; only the server knows whether it is good.

import type { TokenSource } from './types.js';

/** Whoever needs a token so soon after somebody else is given the same one. */
const SHARED_MS = 5_000;
/** setTimeout takes no more. */
const WAIT_MAX_MS = 2 ** 31 - 1;
/** Before the end of a token, so that a new one is there in time: at most this, at most a fifth of its time. */
const AHEAD_MAX_MS = 60_000;

export class TokenKeeper {
  #source: TokenSource | undefined;
  #asked: { at: number; answer: Promise<string> } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: TokenSource | undefined) {
    this.#source = source;
  }

  /** Whether asking again may give another one. */
  get renewable(): boolean {
    return typeof this.#source === 'function';
  }

  /** From here on this one, until the source is asked again. */
  replace(token: string): void {
    if (!this.renewable) this.#source = token;
    this.#asked = { at: Date.now(), answer: Promise.resolve(token) };
  }

  /** Undefined when there is none. Rejects with what the source throws. */
  fresh(): Promise<string | undefined> {
    const source = this.#source;
    if (typeof source !== 'function') return Promise.resolve(source);
    if (!this.#asked || Date.now() - this.#asked.at > SHARED_MS) this.#ask(source);
    return this.#asked!.answer;
  }

  /** The last one is of no use any more, or soon will be: the source is asked next time. */
  discard(): void {
    this.#asked = null;
  }

  /** As fresh(), but one that has been asked for before is good as long as it says. */
  async usable(): Promise<string | undefined> {
    const token = await this.#asked?.answer.catch(() => undefined);
    const end = token === undefined ? 0 : expiryOf(token) ?? Date.now() + 1;
    return end > Date.now() ? token : this.fresh();
  }

  /** Calls `act` when it is time to ask for the next token, if this one says when it ends. */
  beforeEnd(token: string | undefined, act: () => void): void {
    clearTimeout(this.#timer);
    const end = token !== undefined && this.renewable ? expiryOf(token) : null;
    if (end === null) return;
    const left = end - Date.now();
    const wait = left - Math.min(AHEAD_MAX_MS, left / 5);
    // What has ended already is the server's to say: `auth:expired`.
    if (left > 0) this.#timer = setTimeout(act, Math.min(wait, WAIT_MAX_MS));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #ask(source: () => string | Promise<string>): void {
    const answer = Promise.resolve().then(source).then((token) => {
      if (typeof token !== 'string' || token === '') throw new TypeError('the token source gave no text');
      return token.trim();
    });
    this.#asked = { at: Date.now(), answer };
    answer.catch(() => {
      if (this.#asked?.answer === answer) this.#asked = null;
    });
  }
}

/** Milliseconds since 1970, of an embed token (`cc1.PAYLOAD.MAC`) or a JWT; null when it does not say. */
export function expiryOf(token: string): number | null {
  const payload = token.split('.')[1];
  if (!payload) return null;
  try {
    const { exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}
