import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Daemon } from '../../test/kernel/world/daemon.ts';
import { residentMiB } from '../../test/kernel/world/process.ts';
import { labProgram, program } from '../../test/kernel/world/programs.ts';
import { sh } from '../../test/kernel/world/shell.ts';
import { askWireGuard } from '../../test/kernel/world/wireguard-socket.ts';
import { start } from './cable.ts';
import { cpuSeconds, iperf, iperfServer } from './measure.ts';
import { quiet } from './quiet.ts';

/*
 *   fleet ── v0 10.0.1.1 ─────── 10.0.1.2 v0 ── hub: mooring-hub serve, taps_bridge 192.168.0.1
 *     tap0 … tap99, of which the first four are in namespaces of their own: laptop0 …
 */

/** What a hub carries for how many laptops. */
export interface HubRound {
  /** Laptops that its file has, which have all joined. */
  readonly laptops: number;
  /** Seconds from the start of the laptops until the last one has joined. */
  readonly joinSeconds: number;
  /** By how many of them load it: one, or four at once. */
  readonly loads: readonly {
    readonly busy: number;
    readonly gbitPerSecond: number;
    /** Of the hub's process alone. */
    readonly cpuSecondsPerGb: number;
  }[];
  /** Once all have joined, and after the loads; MiB. */
  readonly restMiB: number;
  readonly peakMiB: number;
}

const busiest = 4;
const bridge = '192.168.0.1';
const outer = { fleet: '10.0.1.1', hub: '10.0.1.2' } as const;
const port = 23450;
const home = '/run/bench/hub';

export async function layHubCable(): Promise<void> {
  const busy = Array.from({ length: busiest }, (_, i) => `laptop${i}`);
  await sh(`
for ns in fleet hub ${busy.join(' ')}; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add v0 netns fleet type veth peer name v0 netns hub
ip -n fleet addr add ${outer.fleet}/24 dev v0; ip -n fleet link set v0 up
ip -n hub addr add ${outer.hub}/24 dev v0; ip -n hub link set v0 up`);
}

export async function measureHub(laptops: number, seconds: number): Promise<HubRound> {
  const hub = await startHub(laptops);
  const processes = [hub];
  try {
    const since = performance.now();
    const count = ['--count', String(laptops)];
    const fleet = await start('fleet', [
      ...[labProgram(), 'laptops', ...count, '--hub', `${outer.hub}:${port}`],
    ]);
    processes.push(fleet);
    await until('all laptops have joined', async () => (await joined()) === laptops);
    const joinSeconds = (performance.now() - since) / 1000;
    const active = Math.min(busiest, laptops);
    await plugIn(laptops, active);
    const restMiB = residentMiB(hub.pid);
    const loads: HubRound['loads'][number][] = [];
    for (const busy of new Set([1, active])) loads.push(await load(hub, busy, seconds));
    const peakMiB = residentMiB(hub.pid, 'VmHWM');
    return { laptops, joinSeconds, loads, restMiB, peakMiB };
  } finally {
    for (const one of processes.reverse()) await one.stop();
  }
}

async function startHub(laptops: number): Promise<Daemon> {
  mkdirSync(home, { recursive: true });
  const said = await sh(`${labProgram()} devices --count ${laptops}`);
  const { privateKey, devices } = JSON.parse(said);
  writeFileSync(`${home}/hub.key`, `${privateKey}\n`, { mode: 0o600 });
  const file = {
    engine: 'userspace',
    privateKeyFile: `${home}/hub.key`,
    listenPort: port,
    address: '172.16.0.1/16',
    bridge: { name: 'taps_bridge', addresses: ['2001:db8::1/64', `${bridge}/16`] },
    advertise: { prefix: '2001:db8::/64', rdnss: [] },
    devices,
  };
  writeFileSync(`${home}/hub.json`, JSON.stringify(file));
  return Daemon.start({
    ns: 'hub',
    argv: [program('mooring-hub'), 'serve', `${home}/hub.json`],
    ready: (log) => log.includes('msg=ready'),
  });
}

/** Those with a handshake. */
async function joined(): Promise<number> {
  const text = await askWireGuard();
  return text.match(/^last_handshake_time_sec=[1-9]/gm)?.length ?? 0;
}

/** Sets all taps up; those that will be busy get a namespace and an address. */
async function plugIn(laptops: number, active: number): Promise<void> {
  const lines = Array.from({ length: laptops }, (_, i) =>
    i < active
      ? `ip link set tap${i} netns laptop${i}
ip -n laptop${i} link set tap${i} txqueuelen 4000 up
ip -n laptop${i} addr add 192.168.1.${i + 1}/16 dev tap${i}`
      : `ip link set tap${i} up`,
  );
  await sh(lines.join('\n'), { ns: 'fleet' });
  // The first packets: neighbours, router advertisements, duplicate detection.
  await wait(3000);
}

async function load(hub: Daemon, busy: number, seconds: number) {
  const each = Array.from({ length: busy }, (_, i) => ({ ns: `laptop${i}`, port: 5201 + i }));
  const servers = await Promise.all(each.map((one) => iperfServer('hub', one.port)));
  try {
    await quiet();
    const before = cpuSeconds([hub]);
    let bytes = 0;
    let gbitPerSecond = 0;
    for (const direction of ['→', '←'] as const) {
      const carried = await Promise.all(
        each.map((one) => iperf({ ...one, to: bridge, direction, streams: 1, seconds })),
      );
      for (const one of carried) {
        bytes += one.bytes;
        gbitPerSecond += one.gbitPerSecond / 2;
      }
    }
    return { busy, gbitPerSecond, cpuSecondsPerGb: (cpuSeconds([hub]) - before) / (bytes / 1e9) };
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 60_000; Date.now() < limit; await wait(50))
    if (await done()) return;
  throw new Error(`not within a minute: ${what}`);
}
