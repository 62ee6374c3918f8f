import { setTimeout as wait } from 'node:timers/promises';
import { Daemon } from '../../test/kernel/world/daemon.ts';
import { labProgram } from '../../test/kernel/world/programs.ts';
import { execute, sh } from '../../test/kernel/world/shell.ts';

/*
 *   left ── v0 10.0.0.1 ─────────── 10.0.0.2 v0 ── right
 *        tap0 192.168.77.1       192.168.77.2 tap0
 *
 * Two namespaces and a cable between them; each subject puts its own interface at both ends.
 */
export const ends = ['left', 'right'] as const;
export type End = (typeof ends)[number];

export const outer: Record<End, string> = { left: '10.0.0.1', right: '10.0.0.2' };
export const inner: Record<End, string> = { left: '192.168.77.1', right: '192.168.77.2' };
export const farOf: Record<End, End> = { left: 'right', right: 'left' };

export async function layCable(): Promise<void> {
  await sh(`
${ends.map((end) => `ip netns add ${end}; ip -n ${end} link set lo up`).join('\n')}
ip link add v0 netns left type veth peer name v0 netns right
${ends.map((end) => `ip -n ${end} addr add ${outer[end]}/24 dev v0; ip -n ${end} link set v0 up`).join('\n')}
mkdir -p /run/bench`);
}

/** Whether a program of the subjects' packages is asked for by its own name, wherever it was unpacked. */
export function unpacked(path: string): string {
  const folder = process.env.MOORING_BENCH_PEERS;
  if (folder === undefined) throw new Error('MOORING_BENCH_PEERS does not say where the peers are');
  return `${folder}/${path}`;
}

/** Starts a program; n2n ends with its standard input. */
export const start = (ns: string, argv: readonly string[]) =>
  Daemon.start({ ns, argv, stdin: 'pipe' });

/** Gives the interface of both ends what an expert would, and waits until it carries packets. */
export async function plugIn(name: string, mtu: number): Promise<void> {
  for (const end of ends)
    await sh(
      `
for i in $(seq 100); do [ -e /sys/class/net/${name} ] && break; sleep 0.1; done
ip link set ${name} mtu ${mtu} txqueuelen 4000 up
ip addr replace ${inner[end]}/24 dev ${name}`,
      { ns: end },
    );
  const probe = [labProgram(), 'ping', '--count', '5', '--every', '10ms', `${inner.right}:7`];
  const pong = await start('right', [labProgram(), 'pong', '0.0.0.0:7']);
  try {
    for (let tries = 0; tries < 60; tries++) {
      const { stdout } = await execute(probe, { ns: 'left' });
      if (stdout && JSON.parse(stdout).Lost === 0) return;
      await wait(200);
    }
    throw new Error('the two ends do not reach each other');
  } finally {
    await pong.stop();
  }
}
