import type { Roam } from '../../src-shared/helper-protocol/status.ts';
import type { RoamsToday } from '../../src-shared/ipc/app-state.ts';

/** How many of the roams that the helper remembers ended since midnight, in the zone of `now`'s machine. */
export function roamsToday({ recent, count }: Roam, now: Date): RoamsToday {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const today = recent.filter(({ at }) => Date.parse(at) >= midnight);
  const last = today[today.length - 1];
  return {
    count: today.length,
    // One more is counted while it is under way.
    atLeast: today.length > 0 && today.length === recent.length && count > recent.length + 1,
    last: last === undefined ? null : { outageMs: last.outageMs, at: last.at },
  };
}
