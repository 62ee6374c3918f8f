import { existsSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Calls, now } from './protocol.ts';

type Call = Calls['killWhen'];

export async function killWhen(ask: Call['ask']): Promise<Call['answer']> {
  const since = now();
  while (!existsSync(ask.exists)) {
    if (now() - since > ask.withinMs) return { killed: false };
    await setImmediate();
  }
  if (ask.afterMs > 0) await setTimeout(ask.afterMs);
  process.kill(ask.pid, 'SIGKILL');
  return { killed: true };
}
