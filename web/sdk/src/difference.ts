// What an option has no longer that the one before had: setOption() merges, and would keep it. Data that has
// become other data is no difference: ECharts replaces lists whole.

import { listOf } from './prepare.js';
import type { Members } from './protocol.js';
import { isObject } from './shared.js';
import type { Option } from './types.js';

export type SetOptionRest = { notMerge?: boolean; replaceMerge?: string[] };

/** For setOption(), so that what is drawn afterwards is `after` and nothing else. */
export function restOf(before: Option, after: Option): SetOptionRest {
  const shorter: string[] = [];
  for (const name of Object.keys(before)) {
    if (!isComponent(before[name])) {
      if (!(name in after)) return { notMerge: true };
      continue;
    }
    const old = listOf(before[name]);
    const now = listOf(after[name]);
    const matched = matches(old, now);
    if (!matched || matched.some(([one, other]) => hasLost(one, other))) return { notMerge: true };
    if (matched.length < old.length) shorter.push(name);
  }
  return shorter.length > 0 ? { replaceMerge: shorter } : {};
}

const isComponent = (value: unknown): boolean => isObject(value) || (Array.isArray(value) && value.some(isObject));

/** Which component becomes which; null when ECharts could not tell either. */
function matches(old: Members[], now: Members[]): [Members, Members][] | null {
  if (old.length <= now.length && old.every(({ id }, at) => id === now[at]!.id)) return old.map((one, at) => [one, now[at]!]);
  const withIds = [...old, ...now].every(({ id }) => typeof id === 'string');
  if (!withIds) return null;
  return old.flatMap((one) => {
    const other = now.find(({ id }) => id === one.id);
    return other ? [[one, other] as [Members, Members]] : [];
  });
}

function hasLost(before: Members, after: Members): boolean {
  return Object.entries(before).some(([name, value]) => {
    if (value === undefined) return false;
    if (!(name in after) || after[name] === undefined) return true;
    const other = after[name];
    return isObject(value) && isObject(other) && hasLost(value, other);
  });
}
