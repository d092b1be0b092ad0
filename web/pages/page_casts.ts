// The connection of a page of ours: the one that its elements have, too.

import { holdCast } from '../elements/casts.js';
import { localeOf } from '../elements/formats.js';
import type { Cast } from '../sdk/src/types.js';
import { parameter, takeToken } from './address.js';

export const pageLocale = localeOf(parameter('locale'));

/** Held for as long as the page is there. */
export const pageCast = (): Cast =>
  holdCast({ origin: location.origin, token: takeToken(), tokenUrl: null, locale: pageLocale }).cast;
