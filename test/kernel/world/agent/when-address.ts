import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Calls, now } from './protocol.ts';

type Call = Calls['whenAddress'];

/** As /proc/net/if_inet6 has it: 32 hexadecimal digits. */
function digits(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
}

/** Reads one small file again and again: a process for each look would take longer than the wait. */
export async function whenAddress({ address, withinMs }: Call['ask']): Promise<Call['answer']> {
  const wanted = digits(address);
  const since = now();
  while (!readFileSync('/proc/net/if_inet6', 'utf8').includes(wanted)) {
    if (now() - since > withinMs) return { ok: false, at: 0 };
    await setTimeout(2);
  }
  return { ok: true, at: now() };
}
