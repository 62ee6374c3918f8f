import { now } from '../test/kernel/world/agent/protocol.ts';

/** Milliseconds of repeated rounds; a round that never ended within its bound is missing from `ms`. */
export interface Sample {
  readonly ms: number[];
  readonly rounds: number;
  readonly boundMs: number;
}

export const sample = (boundMs: number): { ms: number[]; rounds: number; boundMs: number } => ({
  ms: [],
  rounds: 0,
  boundMs,
});

/** The middle of all rounds, where one that never ended counts as longer than any that did. */
export function median({ ms, rounds }: Sample): number {
  const sorted = [...ms].sort((a, b) => a - b);
  const middle = Math.floor((rounds - 1) / 2);
  return sorted[middle] ?? Number.POSITIVE_INFINITY;
}

/** The middle of measurements of which none is missing. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(half)], sorted[Math.ceil(half)]];
  return (low + high) / 2;
}

export function worst({ ms, rounds }: Sample): number {
  return ms.length < rounds ? Number.POSITIVE_INFINITY : Math.max(...ms);
}

/** "123 ms", or for what did not end "> 20 s". */
export function text(value: number, boundMs: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} ms` : `> ${boundMs / 1000} s`;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = now();
  await work();
  return now() - since;
}
