import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { laptop } from '../world/addresses.ts';
import { Daemon } from '../world/daemon.ts';
import { inWorld, test } from '../world/fixture.ts';
import { HubByMooring } from '../world/hub-by-mooring.ts';
import { labProgram } from '../world/programs.ts';
import { execute } from '../world/shell.ts';
import { growth, type Held, held, middle, pidOf } from './soak/watch.ts';

// One connection carries all that it can, both ways, of a content that both ends check, while the laptop roams now and
// then. `npm run soak` does the same for longer.

const minutes = Number(process.env.MOORING_SOAK_MINUTES ?? 1);
const roamEverySeconds = minutes > 2 ? 60 : 12;
/** What either process may have: the goal that its users were promised (docs/performance.md, Soak). */
const residentMiB = 64;

/** What an end said of the connection; see helpers/cmd/mooring-lab. */
interface Poured {
  readonly Sent: number;
  readonly Received: number;
  readonly Seconds: number;
  readonly Longest: number;
  readonly Error?: string;
}

const fixture = inWorld({}, async (fixture) => {
  await (await fixture.agent('laptop')).ask('listen', { host: '::', port: 7 });
  await fixture.mooring.connect();
});

test(`${minutes} min at full rate, with roams: nothing is lost or changed, and nothing grows`, async () => {
  const { world, mooring } = fixture;
  const sink = await Daemon.start({
    ns: 'laptop',
    argv: [labProgram(), 'sink', '[::]:9000'],
    ready: (log) => log.includes('msg=ready'),
  });
  const processes = { helper: mooring.pid, hub: pidOf('mooring-hub') };
  const names = ['helper', 'hub'] as const;
  const before = { helper: held(processes.helper), hub: held(processes.hub) };
  const samples: Record<(typeof names)[number], Held[]> = { helper: [], hub: [] };

  let pouring = true;
  const seconds = minutes * 60 - 10;
  const pour = execute([labProgram(), 'pour', '--for', `${seconds}s`, `[${laptop.stable}]:9000`], {
    ns: 'internet',
    timeoutMs: (seconds + 60) * 1000,
  }).finally(() => {
    pouring = false;
  });
  const roams: Roam[] = [];
  for (let second = 1; pouring; second++) {
    await wait(1000);
    for (const name of names) samples[name].push(held(processes[name]));
    if (second % roamEverySeconds !== 0 || second > seconds - 5) continue;
    const [from, to] =
      roams.length % 2 === 0 ? (['wlan0', 'eth1'] as const) : (['eth1', 'wlan0'] as const);
    const began = Date.now();
    await world.leave(from);
    await world.join(to);
    roams.push({ began, ended: Date.now() });
  }
  const { stdout, stderr } = await pour;
  const near = parsePoured(stdout, stderr);
  await wait(500);
  const far = parsePoured(sink.log, 'the sink said nothing');
  await sink.stop('SIGTERM');
  const after = { helper: held(processes.helper), hub: held(processes.hub) };
  tell(near, roams.length, samples, before, after);

  assert.equal(near.Error, undefined);
  assert.equal(far.Error, undefined);
  assert.equal(far.Received, near.Sent);
  assert.equal(near.Received, far.Sent);
  assert.ok(near.Sent > 50e6 * minutes && near.Received > 50e6 * minutes, 'it was no full rate');

  for (const name of names) {
    const most = Math.max(...samples[name].map((one) => one.residentMiB));
    assert.ok(most < residentMiB, `${name}: ${most.toFixed(0)} MiB`);
    assert.ok(
      growth(samples[name]) < 16,
      `${name} grew by ${growth(samples[name]).toFixed(1)} MiB`,
    );
    assert.ok(
      after[name].files <= before[name].files + 2,
      `${name}: ${before[name].files} files became ${after[name].files}`,
    );
    const half = samples[name][Math.floor(samples[name].length / 2)]?.threads ?? 0;
    assert.ok(
      after[name].threads <= half + 3,
      `${name}: ${half} threads became ${after[name].threads}`,
    );
  }
  assert.ok(world.hub instanceof HubByMooring);
  const unexpected = complaints(mooring.log).filter((line) => !isOf(line, roams));
  assert.deepEqual(unexpected, []);
  assert.deepEqual(complaints(world.hub.log), []);

  const outside = await fixture.agent('internet');
  const target = { host: laptop.stable, port: 7, timeoutMs: 2000 };
  const reached = await outside.ask('until', { ...target, everyMs: 50, withinMs: 5000 });
  assert.ok(reached.ok, reached.error);
  assert.equal((await mooring.status()).state, 'verified');
});

function parsePoured(text: string, otherwise: string): Poured {
  const line = text.split('\n').find((one) => one.startsWith('{"Sent"'));
  if (line === undefined) throw new Error(otherwise);
  return JSON.parse(line);
}

const complaints = (log: string) =>
  log.split('\n').filter((line) => /level=(WARN|ERROR)/.test(line));

/** When the laptop left one network, and when it had joined the next; milliseconds. */
interface Roam {
  readonly began: number;
  readonly ended: number;
}

/** Whether a line says, and says during a roam, that there is no network. */
function isOf(line: string, roams: readonly Roam[]): boolean {
  if (!/cause=no-network|network is unreachable/.test(line)) return false;
  const at = Date.parse(/^time=(\S+)/.exec(line)?.[1] ?? '');
  return roams.some(({ began, ended }) => began <= at && at <= ended + 500);
}

/** The figures of the run, for whoever runs it by hand. */
function tell(
  { Sent, Received, Seconds, Longest }: Poured,
  roams: number,
  samples: Record<'helper' | 'hub', Held[]>,
  before: Record<'helper' | 'hub', Held>,
  after: Record<'helper' | 'hub', Held>,
): void {
  const gbit = (octets: number) => ((octets * 8) / Seconds / 1e9).toFixed(2);
  const lines = (['helper', 'hub'] as const).map((name) => {
    const resident = samples[name].map((one) => one.residentMiB);
    const counts = (one: Held) => `${one.files} files, ${one.threads} threads`;
    return `${name}: ${middle(resident).toFixed(0)} MiB, at most ${Math.max(...resident).toFixed(0)}, \
grew by ${growth(samples[name]).toFixed(1)}; ${counts(before[name])} became ${counts(after[name])}`;
  });
  process.stdout.write(`${Seconds.toFixed(0)} s, ${roams} roams: ${gbit(Sent)} and ${gbit(Received)} Gbit/s at once, \
still for ${Longest.toFixed(1)} s at most
${lines.join('\n')}\n`);
}
