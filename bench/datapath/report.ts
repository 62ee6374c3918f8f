import { atLeast, atMost, type Figure, table } from '../goals.ts';
import { middle } from '../measure.ts';
import type { HubRound } from './hub.ts';
import type { Direction, Round, Transfer } from './measure.ts';
import { tolerable } from './quiet.ts';
import { type SubjectName, subjects } from './subjects.ts';

/** All that was measured. */
export interface Results {
  /** Those that were asked for, in the order of their turns. */
  readonly chosen: readonly SubjectName[];
  /** A subject that failed in a round has one fewer. */
  readonly rounds: Record<SubjectName, Round[]>;
  readonly hub: Record<number, HubRound[]>;
  /** What did not work: a line each. */
  readonly failures: string[];
}

export const subjectNames = Object.keys(subjects) as SubjectName[];
const others = subjectNames.filter((name) => subjects[name].layer === 2 && name !== 'mooring');

const gbit = (n: number) => `${n.toFixed(2)} Gbit/s`;
const times = (n: number) => `${n.toFixed(2)} times`;
const mebibytes = (n: number) => `${n.toFixed(0)} MiB`;

export function report(results: Results): string {
  const measured = results.chosen.filter((name) => results.rounds[name].length > 0);
  const failed = results.chosen
    .filter((name) => !measured.includes(name))
    .map((name) => ({ what: subjects[name].name, value: 'failed' }));
  return table([
    ...measured.flatMap((name) => subject(results.rounds[name], name)),
    ...failed,
    ...goals(results),
    ...hub(results.hub),
  ]);
}

export const brief = (round: Round) =>
  round.transfers.map((t) => `${t.direction}${t.streams} ${gbit(t.gbitPerSecond)}`).join(', ');

/** How far the machine was our own. */
export function disturbance({ rounds }: Results): string {
  const all = subjectNames.flatMap((name) => rounds[name]).flatMap((round) => round.transfers);
  const many = all.filter((one) => one.disturbed > tolerable).length;
  const part = `${tolerable * 100} % of the processors`;
  return `other work: more than ${part} was busy just before ${many} of ${all.length} transfers`;
}

function subject(rounds: readonly Round[], name: SubjectName): Figure[] {
  const speed = ([1, 4] as const).map((streams) => {
    const one = (direction: Direction) =>
      speedOf(rounds, name, (t) => t.streams === streams && t.direction === direction).toFixed(2);
    return `${streams} stream${streams > 1 ? 's' : ''} ${one('→')} / ${one('←')}`;
  });
  const ms = (key: 'idle' | 'loaded', part: 'P50' | 'P99') =>
    (middle(rounds.map((round) => round[key][part])) / 1000).toFixed(2);
  const trip = (key: 'idle' | 'loaded') => `${key} ${ms(key, 'P50')} / ${ms(key, 'P99')}`;
  const memory = (key: 'restMiB' | 'peakMiB') => middle(rounds.map((round) => round[key]));
  return [
    { what: subjects[name].name, value: `${speed.join(', ')} Gbit/s` },
    { what: '  processor, both ends', value: `${processor(rounds).toFixed(2)} s/GB` },
    { what: '  round trip, p50 / p99', value: `${trip('idle')}, ${trip('loaded')} ms` },
    {
      what: '  resident, at rest / at most',
      value: `${memory('restMiB').toFixed(0)} / ${mebibytes(memory('peakMiB'))}`,
    },
  ];
}

/** Without every subject there is nothing to compare with, and no verdict. */
function goals({ rounds }: Results): Figure[] {
  const all = (name: SubjectName) => speedOf(rounds[name], name, () => true);
  if (rounds.mooring.length === 0) return [];
  const figures: Figure[] = [];
  if (others.some((name) => rounds[name].length > 0)) {
    const best = Math.max(...others.filter((name) => rounds[name].length > 0).map(all));
    figures.push(atLeast('Mooring to the best layer-2 peer', all('mooring') / best, 2, times));
  }
  if (rounds.wireguard.length > 0)
    figures.push(
      atLeast('Mooring to wireguard-go', all('mooring') / all('wireguard'), 1, times),
      atMost(
        'processor, Mooring to wireguard-go',
        processor(rounds.mooring) / processor(rounds.wireguard),
        1,
        times,
      ),
    );
  const peak = middle(rounds.mooring.map((round) => round.peakMiB));
  figures.push(atMost('resident at most', peak, 64, mebibytes));
  return figures;
}

function hub(all: Results['hub']): Figure[] {
  const figures: Figure[] = [];
  const of = (
    rounds: readonly HubRound[],
    busy: number,
    key: 'gbitPerSecond' | 'cpuSecondsPerGb',
  ) =>
    middle(
      rounds
        .flatMap((round) => round.loads.filter((one) => one.busy === busy))
        .map((one) => one[key]),
    );
  for (const [laptops, rounds] of Object.entries(all)) {
    if (rounds.length === 0) continue;
    const each = (rounds[0]?.loads ?? []).map(({ busy }) => {
      const speed = gbit(of(rounds, busy, 'gbitPerSecond'));
      return `${busy} busy ${speed} at ${of(rounds, busy, 'cpuSecondsPerGb').toFixed(2)} s/GB`;
    });
    const memory = (key: 'restMiB' | 'peakMiB') => middle(rounds.map((round) => round[key]));
    figures.push(
      { what: `hub, laptops: ${laptops}`, value: each.join(', ') },
      {
        what: '  resident, at rest / at most',
        value: `${memory('restMiB').toFixed(0)} / ${mebibytes(memory('peakMiB'))}`,
      },
      {
        what: '  all have joined after',
        value: `${middle(rounds.map((round) => round.joinSeconds)).toFixed(1)} s`,
      },
    );
  }
  const [fewest, most] = [Object.values(all)[0] ?? [], Object.values(all).at(-1) ?? []];
  if (fewest.length > 0 && most.length > 0) {
    const ratio = of(most, 1, 'gbitPerSecond') / of(fewest, 1, 'gbitPerSecond');
    // What is left is what two runs of the same differ by.
    figures.push(atLeast('hub, throughput with many to with one', ratio, 0.95, times));
  }
  return figures;
}

/**
 * The middle of all such transfers of all rounds; of OpenVPN's best round alone, since it has two speeds and keeps the
 * one it started with.
 */
function speedOf(
  rounds: readonly Round[],
  name: SubjectName,
  fits: (t: Transfer) => boolean,
): number {
  const of = (some: readonly Round[]) =>
    middle(some.flatMap((round) => round.transfers.filter(fits)).map((t) => t.gbitPerSecond));
  return name === 'openvpn' ? Math.max(...rounds.map((round) => of([round]))) : of(rounds);
}

const processor = (rounds: readonly Round[]) =>
  middle(rounds.flatMap((round) => round.transfers).map((t) => t.cpuSecondsPerGb));
