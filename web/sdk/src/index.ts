// The SDK: charts of a chartcast server, live, in any page or program. docs/protocol.md is what it speaks.

import { connect } from './cast.js';
import { ChartcastError } from './error.js';
import type { Cast, ConnectOptions } from './types.js';

export { ChartcastError };
export type * from './types.js';

export const Chartcast = {
  /** To the server that this module was loaded from, or that the page is from, when no origin is given. */
  connect(origin?: string | ConnectOptions | null, options: ConnectOptions = {}): Cast {
    if (typeof origin === 'object' && origin !== null) return connect(originOf(undefined), origin);
    return connect(originOf(origin ?? undefined), options);
  },
};

function originOf(address: string | undefined): string {
  const page = typeof location === 'undefined' ? undefined : location.href;
  for (const candidate of address === undefined ? [import.meta.url, page] : [address]) {
    const url = parsed(candidate, page);
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  }
  throw new ChartcastError('no_origin', 0, 'Chartcast.connect() needs the address of a server: https://charts.example.com');
}

function parsed(address: string | undefined, base: string | undefined): URL | null {
  try {
    return new URL(address ?? '', base);
  } catch {
    return null;
  }
}
