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

let element: Embedded | undefined;
let current = takeToken();
/** The last one that the SDK has had: when it asks again, it wants another. */
let given: string | null = null;
/** The server has refused the current one, or the lack of one. */
let refused = false;

const parent = new TokenFromParent(take);

/** The open connection goes on with it; one that was made without a token, and refused, is made anew. */
function take(token: string): void {
  current = token;
  if (refused && element && !element.token) element.token = nextToken;
  else renewCasts(token);
}

async function nextToken(): Promise<string> {
  const left = (expiryOf(current!) ?? Infinity) - Date.now();
  // Without an answer the server is shown the old one, and says what is wrong with it.
  if (refused || (current === given && left < AHEAD_MS)) current = await parent.ask().catch(() => current!);
  given = current;
  return current!;
}

function onState(event: Event): void {
  const { status, code, asOf } = (event as CustomEvent<ChartState>).detail;
  const { chart } = event.composedPath()[0] as Embedded;
  tellParent({
    type: 'chartcast:state', chart: chart ?? null, status, code: code ?? null, asOf: asOf?.toISOString() ?? null,
  });
  const wasRefused = refused;
  refused = status === 'refused' && CODES_OF_TOKENS.includes(code ?? '');
  // Where there was a token, the SDK asks again by itself when this brings nothing.
  if (refused && !wasRefused) parent.ask().then(take, () => undefined);
}

/** A frame with one chart does without the code for dashboards. */
async function makeElement(): Promise<Embedded> {
  if (location.pathname.startsWith('/embed/d/')) {
    await import('../elements/index.js');
    return Object.assign(document.createElement('live-dashboard') as Embedded, {
      dashboard: idInPath(), address: true, kiosk: parameter('kiosk') !== null, rotate: parameter('rotate'),
    });
  }
  await import('../elements/live_chart.js');
  const made = Object.assign(document.createElement('live-chart'), { chart: idInPath() });
  made.addEventListener('cc-update', () => { document.title = made.handle?.title || document.title; });
  return made;
}

async function start(): Promise<void> {
  element = await makeElement();
  // A dashboard has a look of its own, unless the address says otherwise.
if (parameter('theme') !== null) element.theme = theme();
  element.locale = parameter('locale');
  element.at = parameter('at');
  if (current) element.token = nextToken;
  element.addEventListener('cc-state', onState);
  document.body.append(element);
}

applyTheme();
void start();
