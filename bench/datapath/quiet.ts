import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** The part of the processors that may be busy with other work when a measurement begins. */
export const tolerable = 0.2;

const sampleMs = 250;
const patienceMs = 10_000;

/**
 * Waits until the machine has little else to do, but not for long.
 * @returns the part of all processors that was busy last
 */
export async function quiet(): Promise<number> {
  for (const limit = Date.now() + patienceMs; ; ) {
    const before = processorTimes();
    await wait(sampleMs);
    const after = processorTimes();
    const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
    if (busy <= tolerable || Date.now() > limit) return busy;
  }
}

/** Of all processors since the start: user, nice, system, idle, iowait, irq, softirq, steal (proc(5), stat). */
function processorTimes(): { idle: number; all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const times = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0] = times;
  return { idle: idle + waiting, all: times.reduce((sum, one) => sum + one, 0) };
}
