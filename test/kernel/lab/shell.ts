import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { laptop } from '../world/addresses.ts';
import type { Mooring } from '../world/mooring.ts';
import { join, leave } from '../world/underlay.ts';
import type { World } from '../world/world.ts';
import { print } from './report.ts';

const bin = '/run/world/bin';

function command(name: string, script: string): void {
  writeFileSync(`${bin}/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${bin}/${name}`, 0o755);
}

/** Small commands for what in real life is a hand on a cable or another machine's keyboard. */
function commands(world: World, mooring: Mooring): void {
  mkdirSync(bin, { recursive: true });
  command('mooring', `exec ${process.execPath} ${mooring.program} "$@"`);
  command('on', 'ns=$1; shift; exec ip netns exec "$ns" "$@"');
  const { wlan0, eth1 } = world.accesses;
  const carrier = (nat: string, state: string) => `ip netns exec ${nat} ip link set lan0 ${state}`;
  const move = (from: typeof wlan0, to: typeof wlan0) =>
    `${carrier(from.nat, 'down')}\n${leave(from)}${carrier(to.nat, 'up')}\n${join(to, world.nativeIpv6)}`;
  command(
    'roam',
    `case $1 in\neth1)\n${move(wlan0, eth1)};;\nwlan0)\n${move(eth1, wlan0)};;\n*) echo "roam eth1 | roam wlan0" >&2; exit 2;;\nesac`,
  );
}

/** A bare system has none. */
function hasPing(): boolean {
  return (process.env.PATH ?? '').split(':').some((dir) => existsSync(`${dir}/ping`));
}

/** Leaves a person on the laptop until they leave it. */
export async function shell(world: World, mooring: Mooring): Promise<void> {
  commands(world, mooring);
  await mooring.importProfile();
  print(`
  You are root on the laptop. The helper runs and the profile "home" is imported. Try:

    mooring up home                 connect; then: mooring status --watch
    mooring address home            the stable address, ${laptop.stable}
${hasPing() ? `    on internet ping ${laptop.stable}\n` : ''}    roam eth1                       to Ethernet behind another NAT; "roam wlan0" goes back
    on hub ip -br link              other places: internet hub member natA natB
    mooring down
    exit                            ends the lab
`);
  const child = spawn('ip', ['netns', 'exec', 'laptop', 'bash', '--norc', '-i'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...mooring.environmentOf(0),
      PATH: `${bin}:${process.env.PATH}`,
      PS1: 'laptop# ',
    },
  });
  await once(child, 'exit');
}
