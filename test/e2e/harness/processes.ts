import { readdirSync, readFileSync } from 'node:fs';

/** A process and all below it, as far as they still run. */
export function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : '';
    // The second field is the name, in brackets, and may hold anything.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent !== undefined && state !== 'Z') parents.set(Number(name), Number(parent));
  }
  const found = [pid];
  for (const one of found)
    for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found.filter((one) => parents.has(one));
}

/** The Chromium process of that kind, as it calls itself: renderer, gpu-process, utility, zygote. */
export function ofKind(pids: readonly number[], kind: string): number[] {
  return pids.filter((pid) => read(`/proc/${pid}/cmdline`).includes(`--type=${kind}`));
}

/** A line of the kernel's own account of a process: Seccomp, NoNewPrivs, … */
export function status(pid: number, field: string): string | undefined {
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(read(`/proc/${pid}/status`))?.[1];
}

/** "" for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
