import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

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
  const kib = (field: string) => number(readFileSync(`/proc/${pid}/status`, 'utf8'), field);
  return {
    residentMiB: kib('VmRSS') / 1024,
    peakMiB: kib('VmHWM') / 1024,
    wakeUpsPerMinute: (wakeUps * 60_000) / watchMs,
  };
}

function switches(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks
    .map((task) => readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))
    .reduce((sum, status) => sum + number(status, 'voluntary_ctxt_switches'), 0);
}

function number(status: string, field: string): number {
  const found = new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1];
  if (found === undefined) throw new Error(`/proc says no ${field}`);
  return Number(found);
}
