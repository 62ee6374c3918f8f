import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Figure, table } from '../goals.ts';
import { ends, layCable } from './cable.ts';
import { measure, type Round, type Transfer } from './measure.ts';
import { type SubjectName, subjects } from './subjects.ts';

// Runs in namespaces of this machine. In each round every subject has its turn, so that a machine that gets slower
// does so for all.

const say = (line: string) => process.stderr.write(`  ${line}\n`);
const names = Object.keys(subjects) as SubjectName[];

type Rounds = Record<SubjectName, Round[]>;

async function main(): Promise<void> {
  const [rounds = 3, seconds = 4] = process.argv.slice(2).map(Number);
  const all = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Rounds;
  await layCable();
  for (let round = 1; round <= rounds; round++)
    for (const name of names) {
      const running = await subjects[name].start();
      try {
        all[name].push(await measure(running, seconds));
      } finally {
        for (const end of ends) await running[end].stop();
      }
      say(`round ${round} of ${rounds}: ${subjects[name].name}: ${brief(all[name].at(-1))}`);
    }
  process.stdout.write(`\n${report(all)}\n`);
  const results = process.env.GUEST_RESULTS;
  const machine = { kernel: release(), processors: cpus().length, model: cpus()[0]?.model };
  const peers = process.env.MOORING_BENCH_VERSIONS?.split(' ');
  if (results)
    writeFileSync(
      join(results, 'bench-datapath.json'),
      JSON.stringify({ machine, peers, rounds, seconds, all }, null, 2),
    );
}

const brief = (round: Round | undefined) =>
  round?.transfers
    .map((t) => `${t.direction}${t.streams} ${t.gbitPerSecond.toFixed(2)} Gbit/s`)
    .join(', ') ?? '';

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** The middle over the rounds; OpenVPN's better one, since it has two speeds and keeps the one it started with. */
function throughput(all: Rounds, name: SubjectName, fits: (t: Transfer) => boolean): number {
  const each = all[name].map((round) => mean(round.transfers.filter(fits), 'gbitPerSecond'));
  return name === 'openvpn' ? Math.max(...each) : middle(each);
}

function mean(transfers: readonly Transfer[], key: 'gbitPerSecond' | 'cpuSecondsPerGb'): number {
  return transfers.reduce((sum, t) => sum + t[key], 0) / transfers.length;
}

const processor = (all: Rounds, name: SubjectName) =>
  middle(all[name].map((round) => mean(round.transfers, 'cpuSecondsPerGb')));

function report(all: Rounds): string {
  const figures: Figure[] = [];
  for (const name of names) {
    const speed = ([1, 4] as const).map((streams) => {
      const both = (['→', '←'] as const).map((direction) =>
        throughput(all, name, (t) => t.streams === streams && t.direction === direction).toFixed(2),
      );
      return `${streams} stream${streams > 1 ? 's' : ''} ${both.join(' / ')}`;
    });
    const round = all[name];
    const of = (key: 'idle' | 'loaded', part: 'P50' | 'P99') =>
      (middle(round.map((one) => one[key][part])) / 1000).toFixed(2);
    const memory = (key: 'restMiB' | 'peakMiB') => middle(round.map((one) => one[key])).toFixed(0);
    figures.push(
      { what: subjects[name].name, value: `${speed.join(', ')} Gbit/s` },
      { what: '  processor, both ends', value: `${processor(all, name).toFixed(2)} s/GB` },
      {
        what: '  round trip, p50 / p99',
        value: `idle ${of('idle', 'P50')} / ${of('idle', 'P99')}, loaded ${of('loaded', 'P50')} / ${of('loaded', 'P99')} ms`,
      },
      {
        what: '  resident, at rest / at most',
        value: `${memory('restMiB')} / ${memory('peakMiB')} MiB`,
      },
    );
  }
  const every = () => true;
  const ours = throughput(all, 'mooring', every);
  const layer2 = names.filter((name) => subjects[name].layer === 2 && name !== 'mooring');
  const best = Math.max(...layer2.map((name) => throughput(all, name, every)));
  const times = (n: number) => `${n.toFixed(2)} times`;
  figures.push(
    atLeast('Mooring to the best layer-2 peer', ours / best, 2, times),
    atLeast('Mooring to wireguard-go', ours / throughput(all, 'wireguard', every), 1, times),
    atMost(
      'processor, Mooring to wireguard-go',
      processor(all, 'mooring') / processor(all, 'wireguard'),
      1,
      times,
    ),
    atMost(
      'resident at most',
      middle(all.mooring.map((one) => one.peakMiB)),
      64,
      (n) => `${n.toFixed(0)} MiB`,
    ),
  );
  return table(figures);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
