import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Daemon } from '../../test/kernel/world/daemon.ts';
import { residentMiB } from '../../test/kernel/world/process.ts';
import { labProgram } from '../../test/kernel/world/programs.ts';
import { execute } from '../../test/kernel/world/shell.ts';
import { type End, ends, inner, start, unpacked } from './cable.ts';
import { quiet } from './quiet.ts';

export type Direction = '→' | '←';

/** What one program of iperf3 said that it received. */
export interface Carried {
  readonly bytes: number;
  readonly gbitPerSecond: number;
}

/** One transfer: both directions and numbers of streams are measured alike. */
export interface Transfer {
  readonly direction: Direction;
  readonly streams: 1 | 4;
  readonly gbitPerSecond: number;
  /** Of both ends' processes, user and system. */
  readonly cpuSecondsPerGb: number;
  /** The part of the processors that was busy with other work just before. */
  readonly disturbed: number;
}

export interface Latency {
  readonly Sent: number;
  readonly Lost: number;
  /** Microseconds. */
  readonly P50: number;
  readonly P99: number;
}

export interface Round {
  readonly transfers: readonly Transfer[];
  readonly idle: Latency;
  readonly loaded: Latency;
  /** Of the bigger end, MiB. */
  readonly restMiB: number;
  readonly peakMiB: number;
}

export const iperfServer = (ns: string, port = 5201) =>
  start(ns, [unpacked('usr/bin/iperf3'), '--server', '--port', String(port)]);

export interface Load {
  readonly ns: string;
  readonly to: string;
  readonly port?: number;
  readonly direction: Direction;
  readonly streams: number;
  readonly seconds: number;
}

export async function iperf(load: Load): Promise<Carried> {
  const { ns, to, port = 5201, direction, streams, seconds } = load;
  const argv = [unpacked('usr/bin/iperf3'), '--client', to, '--port', String(port), '--json'];
  argv.push('--time', String(seconds), '--parallel', String(streams));
  if (direction === '←') argv.push('--reverse');
  const { stdout, stderr } = await execute(argv, { ns, timeoutMs: (seconds + 20) * 1000 });
  if (!stdout) throw new Error(`iperf3: ${stderr}`);
  const said = JSON.parse(stdout);
  if (said.error) throw new Error(`iperf3: ${said.error}`);
  const { bytes, bits_per_second } = said.end.sum_received;
  return { bytes, gbitPerSecond: bits_per_second / 1e9 };
}

/** Measures what both ends of a running subject carry. */
export async function measure(running: Record<End, Daemon>, seconds: number): Promise<Round> {
  const processes = ends.map((end) => running[end]);
  const largest = (field: 'VmRSS' | 'VmHWM') =>
    Math.max(...processes.map(({ pid }) => residentMiB(pid, field)));
  const server = await iperfServer('right');
  const pong = await start('right', [labProgram(), 'pong', '0.0.0.0:7']);
  try {
    await quiet();
    const restMiB = largest('VmRSS');
    const idle = await ping(1000);
    const transfers: Transfer[] = [];
    for (const streams of [1, 4] as const)
      for (const direction of ['→', '←'] as const) {
        const disturbed = await quiet();
        const before = cpuSeconds(processes);
        const load = { ns: 'left', to: inner.right, direction, streams, seconds };
        const { bytes, gbitPerSecond } = await iperf(load);
        const cpuSecondsPerGb = (cpuSeconds(processes) - before) / (bytes / 1e9);
        transfers.push({ direction, streams, gbitPerSecond, cpuSecondsPerGb, disturbed });
      }
    await quiet();
    const pings = Math.max(500, (seconds - 1) * 1000);
    const [loaded] = await Promise.all([
      wait(400).then(() => ping(pings)),
      iperf({ ns: 'left', to: inner.right, direction: '→', streams: 1, seconds }),
    ]);
    return { transfers, idle, loaded, restMiB, peakMiB: largest('VmHWM') };
  } finally {
    await pong.stop();
    await server.stop();
  }
}

async function ping(count: number): Promise<Latency> {
  const argv = [labProgram(), 'ping', '--count', String(count), `${inner.right}:7`];
  const { stdout, stderr } = await execute(argv, { ns: 'left', timeoutMs: count + 20_000 });
  if (!stdout) throw new Error(`ping: ${stderr}`);
  return JSON.parse(stdout);
}

/** Of the processes with all their threads; the kernel counts in hundredths of a second (proc(5), stat). */
export function cpuSeconds(processes: readonly Daemon[]): number {
  const of = ({ pid }: Daemon) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  return processes.reduce((sum, one) => sum + of(one), 0);
}
