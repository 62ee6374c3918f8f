import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { Mooring } from '../../test/kernel/world/mooring.ts';
import { World } from '../../test/kernel/world/world.ts';
import { atMost, type Figure, table } from '../goals.ts';
import { median, text, worst } from '../measure.ts';
import { connects } from './connect.ts';
import { idle } from './idle.ts';
import { MooringLaptop } from './mooring-laptop.ts';
import { mooringRoams, shellRoams } from './roams.ts';

// Runs where the kernel tests run: one world, one run, so that its ratios hold on a slow machine too.

const say = (line: string) => process.stderr.write(`  ${line}\n`);

async function main(): Promise<void> {
  const [rounds = 5, ours = 30, others = 5] = process.argv.slice(2).map(Number);
  const world = await World.build();
  let program: Mooring | undefined;
  try {
    program = await Mooring.start(world, { logLevel: 'info' });
    await (await world.agent('laptop')).ask('listen', { host: '::', port: 7 });
    const mooring = new MooringLaptop(program.socketPath, program.desired());
    await mooring.start(world.keys.laptop.privateKey);

    say(`connecting ${rounds} times each way, twice`);
    const connected = await connects(world, mooring, rounds);
    say('idle for a minute');
    await mooring.configure();
    await mooring.verified();
    const resting = await idle(program.pid, 15_000, 60_000);
    await mooring.down();
    say(`roaming ${ours} times with Mooring`);
    const roamed = await mooringRoams(world, mooring, ours);
    say(`roaming ${others} times with the shell commands and PersistentKeepalive`);
    const kept = await shellRoams(world, others, 25);
    say(`roaming ${others} times with the shell commands alone`);
    const alone = await shellRoams(world, others, undefined);
    mooring.stop();

    const { configured, inbound } = connected;
    const ms = (sample: typeof alone) => text(median(sample), sample.boundMs);
    const ratio = (n: number) => n.toFixed(2);
    const milliseconds = (n: number) => text(n, roamed.boundMs);
    const figures: Figure[] = [
      { what: 'set to configured, median', value: ms(configured.mooring) },
      { what: '  the shell commands', value: ms(configured.shell) },
      atMost('  ratio', median(configured.mooring) / median(configured.shell), 0.1, ratio),
      { what: 'set to first inbound byte, median', value: ms(inbound.mooring) },
      { what: '  the shell commands', value: ms(inbound.shell) },
      atMost('  ratio', median(inbound.mooring) / median(inbound.shell), 0.2, ratio),
      atMost(`inbound after a new route, median of ${ours}`, median(roamed), 150, milliseconds),
      atMost('  worst', worst(roamed), 600, milliseconds),
      { what: `  shell, keepalive 25, median of ${others}`, value: ms(kept) },
      { what: `  shell, no keepalive, median of ${others}`, value: ms(alone) },
      atMost('helper resident at idle', resting.residentMiB, 20, (n) => `${n.toFixed(1)} MiB`),
      { what: '  at most, ever', value: `${resting.peakMiB.toFixed(1)} MiB` },
      { what: 'helper wake-ups a minute at idle', value: resting.wakeUpsPerMinute.toFixed(0) },
    ];
    process.stdout.write(`\n${table(figures)}\n`);
    const all = { kernel: release(), configured, inbound, roamed, kept, alone, resting, figures };
    const results = process.env.GUEST_RESULTS;
    if (results) writeFileSync(join(results, 'bench-tunnel.json'), JSON.stringify(all, null, 2));
  } finally {
    await program?.close();
    await world.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
