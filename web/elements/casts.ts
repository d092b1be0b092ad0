// Connections for elements: those that want the same one share it, and it ends a moment after the last of them
// has left, so that an element that is moved on its page keeps it.

import { connect } from '../sdk/src/connect.js';
import type { Cast, TokenSource } from '../sdk/src/types.js';

export interface Wanted {
  readonly origin: string;
  readonly token: TokenSource | null;
  /** An address of the page's own server that answers with a token. */
  readonly tokenUrl: string | null;
  readonly locale: string;
}

export interface HeldCast {
  readonly cast: Cast;
  /** `spent`: whoever asks next gets a new connection, as after a refusal. */
  release(spent?: boolean): void;
}

interface Entry {
  readonly cast: Cast;
  holders: number;
}

const LINGER_MS = 1000;
const entries = new Map<string, Entry>();

export function holdCast(wanted: Wanted): HeldCast {
  const key = JSON.stringify([wanted.origin, tokenKey(wanted.token), wanted.tokenUrl, wanted.locale]);
  let entry = entries.get(key);
  if (!entry) {
    entry = { cast: connect(wanted.origin, { token: tokenOf(wanted), locale: wanted.locale }), holders: 0 };
    entries.set(key, entry);
  }
  const held = entry;
  held.holders += 1;
  let released = false;
  return {
    cast: held.cast,
    release(spent = false) {
      if (released) return;
      released = true;
      held.holders -= 1;
      if (spent && entries.get(key) === held) entries.delete(key);
      setTimeout(() => closeUnheld(key, held), spent ? 0 : LINGER_MS);
    },
  };
}

function closeUnheld(key: string, entry: Entry): void {
  if (entry.holders > 0) return;
  if (entries.get(key) === entry) entries.delete(key);
  entry.cast.close();
}

/** For pages that are given a token without having asked: all connections of elements go on with it. */
export function renewCasts(token: string): void {
  for (const { cast } of entries.values()) void cast.renew(token).catch(() => undefined);
}

/** Functions are told apart by who they are. */
const functions = new WeakMap<() => unknown, number>();
let functionsSeen = 0;

function tokenKey(token: TokenSource | null): string | number | null {
  if (typeof token !== 'function') return token;
  if (!functions.has(token)) functions.set(token, functionsSeen += 1);
  return functions.get(token)!;
}

function tokenOf({ token, tokenUrl }: Wanted): TokenSource | undefined {
  if (token) return token;
  return tokenUrl ? () => fetchToken(tokenUrl) : undefined;
}

async function fetchToken(url: string): Promise<string> {
  const answer = await fetch(url, { credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok) throw new Error(`No token from ${url}: ${answer.status}`);
  return (await answer.text()).trim();
}

/** What an attribute says, or else where the elements come from; null for what is no server's address. */
export function originOf(asked: string): string | null {
  if (!asked) return defaultOrigin();
  try {
    const { origin, protocol } = new URL(asked, location.href);
    return protocol === 'http:' || protocol === 'https:' ? origin : null;
  } catch {
    return null;
  }
}

function defaultOrigin(): string {
  const { origin } = new URL(import.meta.url);
  return origin === 'null' ? location.origin : origin;
}
