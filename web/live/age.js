// "As of 14:03:22, 2 minutes ago": when the data was made, and how long ago that is by now.

import { fill } from '../seed/words.js';

const STEPS = [['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];
const FRESH_SECONDS = 10;

export function ageText(seconds, language, words) {
  if (seconds < FRESH_SECONDS) return words.just_now;
  const [unit, length] = STEPS.find(([, size]) => seconds >= size);
  // Seconds in tens: a number that changes all the time asks for attention that it does not deserve.
  const count = unit === 'second' ? Math.floor(seconds / 10) * 10 : Math.floor(seconds / length);
  return new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(-count, unit);
}

function timeText(ts, language) {
  const today = new Date(ts).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, {
    ...(today ? {} : { year: 'numeric', month: 'short', day: 'numeric' }),
    hour: 'numeric', minute: '2-digit', second: '2-digit',
  }).format(ts);
}

// `place` keeps saying the time that `set` was last told. A server whose clock is ahead of the reader's
// sends times of the future: by that much the reader's clock is taken to be slow.
export function asOf(place, language, words) {
  let made;
  let slowBy = 0;
  const write = () => {
    if (made === undefined) return;
    const seconds = Math.max(0, Date.now() + slowBy - made) / 1000;
    const text = fill(fill(words.as_of, 'time', timeText(made, language)), 'age', ageText(seconds, language, words));
    if (place.textContent !== text) place.textContent = text;
  };
  setInterval(write, 1000);
  return (ts) => {
    made = ts;
    slowBy = Math.max(slowBy, ts - Date.now());
    write();
  };
}
