import { setTimeout } from 'node:timers/promises';
import { hub, laptop } from '../world/addresses.ts';
import { now, outageAfter } from '../world/agent/protocol.ts';
import { difference } from '../world/compare.ts';
import type { Mooring } from '../world/mooring.ts';
import type { World } from '../world/world.ts';
import { print, type Row, seconds, table, transcript } from './report.ts';

const port = 7;

/** The main job from the first command to the last; gives whether all held. */
export async function show(world: World, mooring: Mooring): Promise<boolean> {
  const [inside, outside] = await Promise.all([world.agent('laptop'), world.agent('internet')]);
  await inside.ask('listen', { host: '::', port });
  const untouched = await inside.snapshot();
  const rows: Row[] = [];

  await connect(world, mooring, rows);

  const { stdout } = await mooring.cli(['address', 'home']);
  transcript('mooring address home', stdout);
  const target = { host: stdout.trim(), port, timeoutMs: 5000 };
  const reached = await outside.ask('connect', target);
  print();
  print(
    reached.ok
      ? `  The internet host reaches [${target.host}]:${port} over TCP in ${reached.ms.toFixed(0)} ms.`
      : `  The internet host does NOT reach [${target.host}]:${port}: ${reached.error}`,
  );
  rows.push({
    what: 'reached from the internet',
    value: reached.ok ? 'yes' : 'no',
    held: reached.ok,
  });

  if (reached.ok) await roam(world, rows);

  if (reached.ok) {
    await world.leave('eth1');
    await world.join('wlan0');
  }
  const down = await mooring.cli(['down']);
  transcript('mooring down', down.stderr + down.stdout);
  const changed = difference(untouched, await inside.snapshot());
  for (const line of changed.slice(0, 10)) print(`    ${line}`);
  rows.push({
    what: 'laptop as before',
    value: changed.length === 0 ? 'yes' : `${changed.length} differences`,
    held: changed.length === 0 && down.status === 0,
  });
  table(rows);
  return rows.every((row) => row.held !== false);
}

async function connect(world: World, mooring: Mooring, rows: Row[]): Promise<void> {
  const [inside, outside] = await Promise.all([world.agent('laptop'), world.agent('internet')]);
  const file = mooring.profileFile('home');
  const imported = await mooring.cli(['profile', 'import', '--name', 'home', file]);
  transcript('mooring profile import --name home home.conf', imported.stderr + imported.stdout);

  const since = now();
  const waiting = {
    configured: inside.ask('whenAddress', { address: laptop.stable, withinMs: 30_000 }),
    inbound: outside.ask('until', { host: laptop.stable, port, everyMs: 20, withinMs: 30_000 }),
  };
  const up = await mooring.cli(['up', 'home']);
  const verified = now();
  transcript('mooring up home', up.stderr + up.stdout);
  const configured = await waiting.configured;
  const inbound = await waiting.inbound;
  const time = (ok: boolean, at: number) => ({
    value: ok ? seconds(at - since) : 'never',
    held: ok,
  });
  rows.push(
    { what: 'command to configured', ...time(configured.ok, configured.at) },
    { what: 'command to verified', ...time(up.status === 0, verified) },
    { what: 'command to first inbound byte', ...time(inbound.ok, inbound.at) },
  );
}

async function roam(world: World, rows: Row[]): Promise<void> {
  const outside = await world.agent('internet');
  print('  It keeps a transfer running while the laptop goes from Wi-Fi behind one NAT');
  print('  to Ethernet behind another …');
  print();
  await outside.ask('streamStart', { name: 'transfer', host: laptop.stable, port });
  await setTimeout(1500);
  await world.leave('wlan0');
  const joined = await world.join('eth1');
  await setTimeout(3000);
  const result = await outside.ask('streamStop', { name: 'transfer', settleMs: 15_000 });
  const { endpoint = 'nowhere' } = await world.hub.peer(world.keys.laptop.publicKey);
  rows.push(
    {
      what: 'outage after the new default route',
      value: seconds(outageAfter(result, joined)),
      held: result.error === undefined,
    },
    {
      what: 'bytes lost in the transfer',
      value: `${result.lost * 8} of ${result.sent * 8}`,
      held: result.lost === 0,
    },
    {
      what: `${hub.wan4} now sees the laptop at`,
      value: endpoint,
      held: endpoint.startsWith(`${world.accesses.eth1.wan4}:`),
    },
  );
}
