// The view of a dashboard in the address of its page, so that a link or a reload shows the same.

import type { Variable } from '../../sdk/src/types.js';
import { isoTime } from '../formats.js';
import { readChoices, writeChoices, type Choices } from './choices.js';
import { momentOf } from './moment.js';

export const choicesOfAddress = (variables: readonly Variable[]): Choices =>
  readChoices(new URLSearchParams(location.search), variables);

export const momentOfAddress = (): number | null => momentOf(new URLSearchParams(location.search).get('at'));

/** No new step of the history: going back leads out of the dashboard. */
export function keepInAddress(choices: Choices, at: number | null): void {
  const address = new URL(location.href);
  writeView(address, choices, at);
  if (address.href !== location.href) history.replaceState(history.state, '', address);
}

/** The page of a dashboard on its server, for anybody: a token is the reader's own and no part of it. */
export function sharedView(origin: string, dashboard: string, choices: Choices, at: number | null): string {
  const address = new URL(`/d/${encodeURIComponent(dashboard)}`, origin);
  writeView(address, choices, at);
  return address.href;
}

export function writeView(address: URL, choices: Choices, at: number | null): void {
  writeChoices(address.searchParams, choices);
  const time = isoTime(at);
  if (time) address.searchParams.set('at', time);
  else address.searchParams.delete('at');
}
