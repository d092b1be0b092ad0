// What the menu of a <live-chart> offers; how it shares its address.

import { copyText } from './clipboard.js';
import type { MenuItem } from './parts/menu.js';
import { fill, type Words } from './words/words.js';

export interface MenuState {
  readonly tableShown: boolean;
  readonly timeLineShown: boolean;
  readonly fullScreen: boolean;
  readonly known: boolean;
  readonly datasets: readonly string[];
}

export function menuItems(words: Words['menu'], state: MenuState): MenuItem[] {
  const items: MenuItem[] = [
    { id: 'table', icon: 'table', label: state.tableShown ? words.hide_table : words.show_table },
  ];
  // What is published whole has no history.
  if (state.datasets.length > 0) {
    items.push({ id: 'time', icon: 'clock', label: state.timeLineShown ? words.time_travel_end : words.time_travel });
  }
  if (document.fullscreenEnabled) {
    const label = state.fullScreen ? words.leave_full_screen : words.full_screen;
    items.push({ id: 'full', icon: 'fullScreen', label });
  }
  items.push({ id: 'share', icon: 'link', label: words.share });
  const disabled = !state.known;
  items.push({ id: 'png', icon: 'image', label: words.png, begins: true, disabled });
  items.push({ id: 'svg', icon: 'image', label: words.svg, disabled });
  const several = state.datasets.length > 1;
  for (const dataset of several ? state.datasets : ['']) {
    items.push({
      id: `csv:${dataset}`, icon: 'file', label: several ? fill(words.csv_of, { dataset }) : words.csv, disabled,
    });
  }
  return items;
}

/** The page of the chart alone, at the time that is shown. */
export function sharedAddress(origin: string, chart: string, at: Date | null): string {
  const address = new URL(`/c/${encodeURIComponent(chart)}`, origin);
  if (at) address.searchParams.set('at', at.toISOString());
  return address.href;
}

/** Says what came of it. */
export async function share(address: string, words: Words['done']): Promise<string> {
  return await copyText(address) ? words.link_copied : fill(words.copy_failed, { text: address });
}
