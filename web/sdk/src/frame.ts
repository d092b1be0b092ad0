// When things are drawn and told: at most once per animation frame each, and never with more than a sixth of the main
// thread. Twenty charts that change all the time then move less often instead of making the page stutter, and in few
// frames: each one has its price for the browser, however little is drawn in it.

import { guarded } from './events.js';

/** Work that a frame is given before the rest waits for the next one. */
const FRAME_MS = 24;
/** After a frame of some length the next batch waits so many times as long. */
const REST = 5;
/** But never longer: what is drawn late is late once. */
const REST_MAX_MS = 1_000;
/** Frames shorter than this need no rest. */
const SHORT_MS = 4;

const jobs = new Set<() => void>();
const urgent = new Set<() => void>();
let armed = false;
let restUntil = 0;
let rest: ReturnType<typeof setTimeout> | undefined;

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

/** Asks for a frame when there is something to do in it: one in which nothing changes costs a page time, too. */
function arm(): void {
  if (armed) return;
  const left = restUntil - now();
  if (urgent.size === 0 && left > 0) {
    rest ??= setTimeout(() => {
      rest = undefined;
      if (urgent.size + jobs.size > 0) arm();
    }, left);
    return;
  }
  armed = true;
  nextFrame(run);
}

/** One at a time: `armed` stays until it is over, so that jobs which ask again do not ask for a second frame. */
function run(): void {
  const begin = now();
  const told = runAll(urgent, begin);
  const drawn = begin >= restUntil ? runAll(jobs, begin) : 0;
  if (told + drawn === 0) return settle();
  // What the browser makes of it counts, too; it is done before the next task.
  setTimeout(() => {
    const spent = now() - begin;
    // Only drawing is followed by a rest: jobs that come first would else put it off for ever where time is short.
    if (drawn > 0 && spent > SHORT_MS) restUntil = now() + Math.min(spent * REST, REST_MAX_MS);
    settle();
  });
}

function settle(): void {
  armed = false;
  if (urgent.size + jobs.size > 0) arm();
}

/** Those that are there now, in their order, until the frame's time is over; gives their number. */
function runAll(list: Set<() => void>, begin: number): number {
  let count = 0;
  for (const job of [...list]) {
    if (!list.delete(job)) continue;
    guarded(job);
    count += 1;
    if (now() - begin > FRAME_MS) break;
  }
  return count;
}
