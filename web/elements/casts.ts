// Connections for elements. The SDK shares them; here it is seen to that those who want the same token ask for
// it in the same words, and that an element that is moved on its page keeps its connection.

import { connect } from '../sdk/src/cast.js';
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
  release(): void;
}

const LINGER_MS = 1000;
const held = new Set<Cast>();

export function holdCast(wanted: Wanted): HeldCast {
  const cast = connect(wanted.origin, { token: tokenOf(wanted), locale: wanted.locale });
  held.add(cast);
  return {
    cast,
    release() {
      held.delete(cast);
      setTimeout(() => cast.close(), LINGER_MS);
    },
  };
}

/** For pages that are given a token without having asked: all connections of elements go on with it. */
export function renewCasts(token: string): void {
  for (const cast of held) void cast.renew(token).catch(() => undefined);
}

/** Of one address there is one function, since connections are shared by who knows the same one. */
const fetchers = new Map<string, () => Promise<string>>();

function tokenOf({ token, tokenUrl }: Wanted): TokenSource | undefined {
  if (token) return token;
  if (!tokenUrl) return undefined;
  const fetcher = fetchers.get(tokenUrl) ?? (() => fetchToken(tokenUrl));
  fetchers.set(tokenUrl, fetcher);
  return fetcher;
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
