import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appFolder } from '../../test/e2e/harness/app.ts';
import { Desktop } from '../../test/e2e/harness/desktop.ts';
import { Watcher } from '../../test/e2e/tray/watcher.ts';
import { atMost, type Figure, table } from '../goals.ts';
import { median, middle, type Sample, text } from '../measure.ts';
import { gzippedKB } from './bundle-size.ts';
import { Bench, type Subject } from './subject.ts';

// Runs where the tests of the real app run: as an ordinary user, on a desktop without a screen.

const say = (line: string) => process.stderr.write(`  ${line}\n`);
const { MOORING_E2E_ROOT = '', MOORING_E2E_RESULTS = '' } = process.env;
const { ELECTRON_OVERRIDE_DIST_PATH: electron = '' } = process.env;

const app: Subject = {
  folder: appFolder(),
  args: ['--hidden', '--mock-helper=verified'],
  open: 'Open Mooring',
};
const bare: Subject = {
  folder: join(MOORING_E2E_ROOT, 'bench/app/bare-tray'),
  args: [],
  open: 'Open',
};

const ms = (sample: Sample) => text(median(sample), sample.boundMs);
const mib = (n: number) => `${n.toFixed(1)} MiB`;

async function measure(bench: Bench, rounds: number) {
  say(`starting each ${rounds} times`);
  const starts = { app: await bench.starts(app, rounds), bare: await bench.starts(bare, rounds) };
  say(`opening each window ${rounds} times`);
  const openings = {
    app: await bench.openings(app, rounds),
    bare: await bench.openings(bare, rounds),
  };
  say('memory, three times each');
  const before = { app: [] as number[], bare: [] as number[] };
  const after = { app: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 3; round++) {
    before.app.push(await bench.memoryBefore(app));
    before.bare.push(await bench.memoryBefore(bare));
    after.app.push(await bench.memoryAfter(app));
    after.bare.push(await bench.memoryAfter(bare));
  }
  return { starts, openings, before, after };
}

function figures({ starts, openings, before, after }: Awaited<ReturnType<typeof measure>>) {
  const ratio = (n: number) => n.toFixed(2);
  const memory = (what: string, { app, bare }: typeof before): Figure[] => [
    { what, value: mib(middle(app)) },
    { what: '  the bare tray', value: mib(middle(bare)) },
    // Of neighbours in time: libraries that other programs use meanwhile count for less in both.
    atMost('  ratio', middle(app.map((n, i) => n / (bare[i] ?? n))), 1.15, ratio),
  ];
  return [
    { what: 'start to tray registered, median', value: ms(starts.app) },
    { what: '  the bare tray', value: ms(starts.bare) },
    { what: 'opening the window to first paint, median', value: ms(openings.app) },
    { what: '  the first time', value: `${(openings.app.ms[0] ?? Number.NaN).toFixed(0)} ms` },
    { what: '  the bare tray, median', value: ms(openings.bare) },
    ...memory('memory, window never opened', before),
    ...memory('memory, window opened and closed', after),
    atMost(
      'page, gzip',
      gzippedKB(join(appFolder(), 'renderer')),
      250,
      (n) => `${n.toFixed(1)} kB`,
    ),
  ];
}

async function main(): Promise<void> {
  const [rounds = 10] = process.argv.slice(2).map(Number);
  const desktop = await Desktop.start();
  const watcher = new Watcher(desktop.busAddress);
  try {
    await watcher.start();
    const measured = await measure(new Bench(desktop, watcher, join(electron, 'electron')), rounds);
    const version = readFileSync(join(electron, 'version'), 'utf8').trim();
    const all = figures(measured);
    process.stdout.write(`\n${table(all)}\n`);
    const json = JSON.stringify({ electron: version, ...measured, figures: all }, null, 2);
    writeFileSync(join(MOORING_E2E_RESULTS, 'bench-app.json'), json);
  } finally {
    await watcher.stop();
    await desktop.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
