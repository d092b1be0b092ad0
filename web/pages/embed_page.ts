// /embed/c/{chart} and /embed/d/{dashboard}: nothing but the element, for a frame on another page. The token of
// the address is the first one; later ones come from the page around the frame, on the open connection.

import { renewCasts } from '../elements/casts.js';
import { expiryOf } from '../sdk/src/token.js';
import type { ChartState, Time, TokenSource } from '../sdk/src/types.js';
import { applyTheme, idInPath, parameter, takeToken, theme } from './address.js';
import { tellParent, TokenFromParent } from './frame_messages.js';

/** What the two elements have in common, and which of them it is. */
interface Embedded extends HTMLElement {
  theme: string;
  locale: string | null;
  at: Time | null;
  token: TokenSource | null;
  chart?: string;
}

/** Refusals that another token may end. */
const CODES_OF_TOKENS = ['missing', 'malformed', 'unknown', 'expired', 'forbidden'];
/** The SDK asks for the next token at most this long before the end of the last one. */
const AHEAD_MS = 61_000;

let current = takeToken();
const parent = new TokenFromParent((token) => {
  current = token;
  if (element.token) renewCasts(token);
  else element.token = nextToken;
});

async function nextToken(): Promise<string> {
  const left = current === null ? 0 : (expiryOf(current) ?? Infinity) - Date.now();
  if (left > AHEAD_MS) return current!;
  try {
    current = await parent.ask();
  } catch (error) {
    // One that still holds is better than none, until it does not.
    if (left <= 0 || current === null) throw error;
  }
  return current;
}

function onState(event: Event): void {
  const { status, code, asOf } = (event as CustomEvent<ChartState>).detail;
  const { chart } = event.composedPath()[0] as Embedded;
  tellParent({
    type: 'chartcast:state', chart: chart ?? null, status, code: code ?? null, asOf: asOf?.toISOString() ?? null,
  });
  if (status !== 'refused' || !CODES_OF_TOKENS.includes(code ?? '')) return;
  current = null;
  element.token ??= nextToken;
}

/** A frame with one chart does without the code for dashboards. */
async function makeElement(): Promise<Embedded> {
  if (location.pathname.startsWith('/embed/d/')) {
    await import('../elements/index.js');
    return Object.assign(document.createElement('live-dashboard') as Embedded, { dashboard: idInPath() });
  }
  await import('../elements/live_chart.js');
  const made = Object.assign(document.createElement('live-chart'), { chart: idInPath() });
  made.addEventListener('cc-update', () => { document.title = made.handle?.title || document.title; });
  return made;
}

applyTheme();
const element = await makeElement();
element.theme = theme();
element.locale = parameter('locale');
element.at = parameter('at');
if (current) element.token = nextToken;
element.addEventListener('cc-state', onState);
document.body.append(element);
