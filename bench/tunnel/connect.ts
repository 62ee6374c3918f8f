import { setTimeout } from 'node:timers/promises';
import { laptop } from '../../test/kernel/world/addresses.ts';
import { now } from '../../test/kernel/world/agent/protocol.ts';
import { shellConnect, shellDisconnect } from '../../test/kernel/world/shell-laptop.ts';
import type { World } from '../../test/kernel/world/world.ts';
import { type Sample, sample, timed } from '../measure.ts';
import type { MooringLaptop } from './mooring-laptop.ts';

const boundMs = 20_000;
const port = 7;

export interface Connects {
  /** From the order until interfaces, addresses and routes are there. */
  readonly configured: { readonly mooring: Sample; readonly shell: Sample };
  /** From the order until a host on the internet got an echo from the stable address. */
  readonly inbound: { readonly mooring: Sample; readonly shell: Sample };
}

/** Connects from nothing, in turn by the helper and by the commands that it replaces. */
export async function connects(
  world: World,
  mooring: MooringLaptop,
  rounds: number,
): Promise<Connects> {
  const kinds = ['mooring', 'shell'] as const;
  const configured = { mooring: sample(boundMs), shell: sample(boundMs) };
  const inbound = { mooring: sample(boundMs), shell: sample(boundMs) };
  const shell = shellConnect({ keys: world.keys.laptop, hubPublicKey: world.keys.hub.publicKey });
  const [inside, outside] = [await world.agent('laptop'), await world.agent('internet')];

  // What is measured of the configuration is measured alone: attempts from outside cost the same processors.
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const ms =
        kind === 'mooring' ? await mooring.configure() : await timed(() => inside.sh(shell));
      configured[kind].ms.push(ms);
      configured[kind].rounds++;
      await disconnect(kind);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const ask = { host: laptop.stable, port, everyMs: 20, withinMs: boundMs };
      const since = now();
      const first = outside.ask('until', ask);
      if (kind === 'mooring') await mooring.configure();
      else await inside.sh(shell);
      const { ok, at } = await first;
      if (ok) inbound[kind].ms.push(at - since);
      inbound[kind].rounds++;
      await disconnect(kind);
    }
  }
  return { configured, inbound };

  async function disconnect(kind: (typeof kinds)[number]): Promise<void> {
    if (kind === 'mooring') await mooring.down();
    else await inside.sh(shellDisconnect);
    await setTimeout(500);
  }
}
