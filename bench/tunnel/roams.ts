import { setTimeout } from 'node:timers/promises';
import { type AccessName, laptop } from '../../test/kernel/world/addresses.ts';
import { shellConnect, shellDisconnect } from '../../test/kernel/world/shell-laptop.ts';
import type { World } from '../../test/kernel/world/world.ts';
import { type Sample, sample } from '../measure.ts';
import type { MooringLaptop } from './mooring-laptop.ts';

const port = 7;

/**
 * Quiet time before each roam: nothing flows, as on a laptop that somebody will want to reach. Shorter, and the
 * neighbour probes of the last connection would still call the hub, which no laptop can count on.
 */
const quietMs = 20_000;

/** Time after each new default route until an echo comes from the stable address, outside in. */
async function roams(world: World, count: number, boundMs: number): Promise<Sample> {
  const outside = await world.agent('internet');
  const result = sample(boundMs);
  let [here, there]: AccessName[] = ['wlan0', 'eth1'];
  for (let i = 0; i < count; i++) {
    await setTimeout(quietMs);
    await world.leave(here as AccessName);
    const ask = { host: laptop.stable, port, everyMs: 20, withinMs: boundMs };
    const first = outside.ask('until', ask);
    const joined = await world.join(there as AccessName);
    const { ok, at } = await first;
    if (ok) result.ms.push(Math.max(0, at - joined));
    result.rounds++;
    [here, there] = [there, here];
  }
  // Back to where every measurement starts.
  if (here !== 'wlan0') {
    await world.leave('eth1');
    await world.join('wlan0');
  }
  return result;
}

export async function mooringRoams(
  world: World,
  mooring: MooringLaptop,
  count: number,
): Promise<Sample> {
  await mooring.configure();
  await mooring.verified();
  const result = await roams(world, count, 20_000);
  await mooring.down();
  return result;
}

/** The same with the commands that Mooring replaces, where nobody tells the hub but WireGuard itself. */
export async function shellRoams(
  world: World,
  count: number,
  keepalive: number | undefined,
): Promise<Sample> {
  const inside = await world.agent('laptop');
  const outside = await world.agent('internet');
  const options = { keys: world.keys.laptop, hubPublicKey: world.keys.hub.publicKey };
  await inside.sh(shellConnect(keepalive === undefined ? options : { ...options, keepalive }));
  await outside.ask('until', { host: laptop.stable, port, everyMs: 100, withinMs: 20_000 });
  const result = await roams(world, count, 30_000);
  await inside.sh(shellDisconnect);
  return result;
}
