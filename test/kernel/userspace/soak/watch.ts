import { readdirSync, readFileSync } from 'node:fs';
import { residentMiB, statusNumber } from '../../world/process.ts';

/** What a process has of the machine at one moment. */
export interface Held {
  readonly residentMiB: number;
  readonly files: number;
  readonly threads: number;
}

export function held(pid: number): Held {
  return {
    residentMiB: residentMiB(pid),
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: statusNumber(pid, 'Threads'),
  };
}

/** The one process of that program in the world's process namespace. */
export function pidOf(program: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && named(name, program));
  if (pids.length !== 1) throw new Error(`${program} runs ${pids.length} times`);
  return Number(pids[0]);
}

function named(pid: string, program: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.endsWith(`/${program}`) ?? false
    );
  } catch {
    return false; // it has ended meanwhile
  }
}

export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** MiB that the middle of the last quarter is above that of the third. */
export function growth(samples: readonly Held[]): number {
  const resident = samples.map((one) => one.residentMiB);
  const at = (part: number) => Math.floor(resident.length * part);
  return middle(resident.slice(at(0.75))) - middle(resident.slice(at(0.5), at(0.75)));
}
