import { release } from 'node:os';
import { serveWorld } from '../channel/served-world.ts';
import { kindOfRun } from '../world/kind.ts';
import { Mooring } from '../world/mooring.ts';
import { World } from '../world/world.ts';
import { print, seconds } from './report.ts';
import { shell } from './shell.ts';
import { show } from './show.ts';

// The lab's part inside the guest: `npm run lab` starts it there. --shell leaves a person on the laptop, --serve lets
// an app outside use the world.

const realOf = {
  kernel: [
    `Real: kernel ${release()} with its WireGuard and GRETAP, a hub by its owner’s commands,`,
    'radvd, the helper, the command.',
  ],
  userspace: [
    `Real: kernel ${release()} without WireGuard and GRETAP: the helper and mooring-hub carry`,
    'the packets themselves; the command.',
  ],
};

async function main(): Promise<boolean> {
  const kind = kindOfRun();
  print();
  print('  Mooring lab: a laptop with two accesses, two NATs, a hub and a host on the internet.');
  for (const line of realOf[kind.engine]) print(`  ${line}`);
  print('  Made up: the network between them (namespaces), the Wi-Fi (a virtual cable).');
  const since = performance.now();
  const world = await World.build();
  let mooring: Mooring | undefined;
  try {
    // As on a person's machine: whatever the kernel lacks decides.
    mooring = await Mooring.start(world, { engine: 'auto' });
    print(`  Built in ${seconds(performance.now() - since)}.`);
    print();
    const asked = (flag: string) => process.argv.includes(flag);
    const served = asked('--serve') ? serveWorld(world, mooring) : undefined;
    if (asked('--shell')) await shell(world, mooring);
    else if (served === undefined) return await show(world, mooring);
    else await served;
    return true;
  } finally {
    await mooring?.close();
    await world.close();
  }
}

// Ended by hand: whoever serves the world waits for its next visitor for ever.
main().then(
  (held) => process.exit(held ? 0 : 1),
  (error) => {
    print(`  ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
