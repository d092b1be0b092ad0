// What the reader's system, or the address, says of the look; and when that changes.

import { fixedTheme } from './address.js';

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const narrow = matchMedia('(max-width: 32rem)');

export const isDark = () => (fixedTheme() ?? (darkSystem.matches ? 'dark' : 'light')) === 'dark';
export const isStill = () => still.matches;
export const isNarrow = () => narrow.matches;

export function onLookChange(act) {
  for (const query of [darkSystem, still, narrow]) query.addEventListener('change', act);
}

// The style sheet has its dark colours in a media query: a fixed theme turns that on or off for good.
export function applyFixedTheme() {
  const theme = fixedTheme();
  if (!theme) return;
  document.documentElement.style.colorScheme = theme;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!rule.media?.mediaText.includes('prefers-color-scheme')) continue;
      rule.media.mediaText = theme === 'dark' ? 'all' : 'not all';
    }
  }
}
