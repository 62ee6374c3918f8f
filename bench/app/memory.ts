import { readFileSync } from 'node:fs';
import { family } from '../../test/e2e/harness/processes.ts';

/**
 * Chromium forbids others to look into its sandboxed processes; without this a bench that is not root
 * cannot read their memory.
 */
export const readable = '--allow-sandbox-debugging';

/** What all processes of an app use together, in MiB: shared pages are divided among their users. */
export function memoryMiB(pid: number): number {
  let kB = 0;
  for (const one of family(pid)) {
    const [, pss] =
      /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8')) ?? [];
    kB += Number(pss);
  }
  return kB / 1024;
}
