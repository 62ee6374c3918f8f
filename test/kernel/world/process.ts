import { readFileSync } from 'node:fs';

/** A number of `/proc/OF/status` (proc(5)); OF is a process, or a task of one. Memory is in KiB. */
export function statusNumber(of: number | string, field: string): number {
  const text = readFileSync(`/proc/${of}/status`, 'utf8');
  const found = new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`/proc/${of}/status says no ${field}`);
  return Number(found);
}

/** What a process has in memory now, or has had at most. */
export const residentMiB = (pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS') =>
  statusNumber(pid, field) / 1024;
