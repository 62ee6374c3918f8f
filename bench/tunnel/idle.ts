import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { residentMiB, statusNumber } from '../../test/kernel/world/process.ts';

export interface Idle {
  readonly residentMiB: number;
  /** The most it ever was. */
  readonly peakMiB: number;
  /** How often any of its threads went to sleep and was woken, which is what costs a battery. */
  readonly wakeUpsPerMinute: number;
}

/** Watches a process that has nothing to do for a while. */
export async function idle(pid: number, settleMs: number, watchMs: number): Promise<Idle> {
  await setTimeout(settleMs);
  const before = switches(pid);
  await setTimeout(watchMs);
  const wakeUps = switches(pid) - before;
  return {
    residentMiB: residentMiB(pid),
    peakMiB: residentMiB(pid, 'VmHWM'),
    wakeUpsPerMinute: (wakeUps * 60_000) / watchMs,
  };
}

function switches(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks
    .map((task) => statusNumber(`${pid}/task/${task}`, 'voluntary_ctxt_switches'))
    .reduce((sum, switched) => sum + switched, 0);
}
