// /sdk/chartcast.js, the one script that a page needs: the SDK, and the web components beside it. Whoever
// only wants the SDK waits for nothing.

export * from './index.js';

if (typeof document !== 'undefined') {
  import('chartcast/elements').catch((error: unknown) => console.warn('chartcast: no web components', error));
}
