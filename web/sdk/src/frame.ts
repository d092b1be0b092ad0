// When things are drawn: at most once per animation frame each, and never with more than a share of the main
// thread. Ten charts that change all the time then move less often instead of making the page stutter.

import { guarded } from './events.js';

/** Work that a frame is given before the rest waits for the next one. */
const FRAME_MS = 12;
/** After work of some length the next batch waits so many times as long. */
const REST = 3;
/** But never longer: what is drawn late is late once. */
const REST_MAX_MS = 1_000;
/** Work below this needs no rest. */
const SHORT_MS = 4;

const jobs = new Set<() => void>();
const urgent = new Set<() => void>();
let armed = false;
let restUntil = 0;

const now = (): number => performance.now();
const nextFrame: (act: () => void) => unknown =
  typeof requestAnimationFrame === 'function' ? requestAnimationFrame : (act) => setTimeout(act, 16);

/** Runs the job in the next frame, once however often it is asked for; `first` ones wait for no share. */
export function onFrame(job: () => void, { first = false } = {}): void {
  if (first) jobs.delete(job);
  if (!urgent.has(job)) (first ? urgent : jobs).add(job);
  arm();
}

export function offFrame(job: () => void): void {
  jobs.delete(job);
  urgent.delete(job);
}

function arm(): void {
  if (armed) return;
  armed = true;
  nextFrame(run);
}

function run(): void {
  armed = false;
  const begin = now();
  runAll(urgent, begin);
  if (begin >= restUntil) {
    const spent = runAll(jobs, begin);
    if (spent > SHORT_MS) restUntil = now() + Math.min(spent * REST, REST_MAX_MS);
  }
  if (urgent.size + jobs.size > 0) arm();
}

/** Those that are there now, in their order, until the frame's time is over; gives the time they took. */
function runAll(list: Set<() => void>, begin: number): number {
  const start = now();
  for (const job of [...list]) {
    if (!list.delete(job)) continue;
    guarded(job);
    if (now() - begin > FRAME_MS) break;
  }
  return now() - start;
}
