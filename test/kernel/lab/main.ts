import { release } from 'node:os';
import { Mooring } from '../world/mooring.ts';
import { World } from '../world/world.ts';
import { print, seconds } from './report.ts';
import { shell } from './shell.ts';
import { show } from './show.ts';

// The lab's part inside the guest: `npm run lab` starts it there.

async function main(): Promise<boolean> {
  print();
  print('  Mooring lab: a laptop with two accesses, two NATs, a hub and a host on the internet.');
  print(`  Real: kernel ${release()} with WireGuard and GRETAP, radvd, the helper, the command.`);
  print('  Made up: the network between them (namespaces), the Wi-Fi (a virtual cable).');
  const since = performance.now();
  const world = await World.build();
  let mooring: Mooring | undefined;
  try {
    mooring = await Mooring.start(world);
    print(`  Built in ${seconds(performance.now() - since)}.`);
    print();
    if (!process.argv.includes('--shell')) return await show(world, mooring);
    await shell(world, mooring);
    return true;
  } finally {
    await mooring?.close();
    await world.close();
  }
}

main().then(
  (held) => {
    process.exitCode = held ? 0 : 1;
  },
  (error) => {
    print(`  ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  },
);
