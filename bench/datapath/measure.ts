import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { execute } from '../../test/kernel/world/shell.ts';
import { type End, ends, inner, labProgramPath, Running, unpacked } from './cable.ts';

/** One transfer: both directions and numbers of streams are measured alike. */
export interface Transfer {
  readonly direction: '→' | '←';
  readonly streams: 1 | 4;
  readonly gbitPerSecond: number;
  /** Of both ends' processes, user and system. */
  readonly cpuSecondsPerGb: number;
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

const iperf = () => unpacked('usr/bin/iperf3');

/** Measures what both ends of a running subject carry. */
export async function measure(running: Record<End, Running>, seconds: number): Promise<Round> {
  const server = new Running('right', [iperf(), '--server']);
  const pong = new Running('right', [labProgramPath(), 'pong', '0.0.0.0:7']);
  try {
    await wait(300);
    const restMiB = largest(running, 'VmRSS');
    const idle = await ping(1000);
    const transfers: Transfer[] = [];
    for (const streams of [1, 4] as const)
      for (const direction of ['→', '←'] as const)
        transfers.push(await transfer(running, direction, streams, seconds));
    const load = client('→', 1, seconds);
    await wait(500);
    const loaded = await ping((seconds - 1) * 1000);
    await load;
    return { transfers, idle, loaded, restMiB, peakMiB: largest(running, 'VmHWM') };
  } finally {
    await pong.stop();
    await server.stop();
  }
}

async function transfer(
  running: Record<End, Running>,
  direction: Transfer['direction'],
  streams: Transfer['streams'],
  seconds: number,
): Promise<Transfer> {
  const before = cpuSeconds(running);
  const { bytes, bits_per_second } = await client(direction, streams, seconds);
  const cpu = cpuSeconds(running) - before;
  const gbitPerSecond = bits_per_second / 1e9;
  return { direction, streams, gbitPerSecond, cpuSecondsPerGb: cpu / (bytes / 1e9) };
}

async function client(direction: Transfer['direction'], streams: number, seconds: number) {
  const argv = [iperf(), '--client', inner.right, '--time', String(seconds), '--json'];
  argv.push('--parallel', String(streams), ...(direction === '←' ? ['--reverse'] : []));
  const { stdout } = await execute(argv, { ns: 'left', timeoutMs: (seconds + 20) * 1000 });
  const said = JSON.parse(stdout);
  if (said.error) throw new Error(`iperf3: ${said.error}`);
  return said.end.sum_received as { bytes: number; bits_per_second: number };
}

async function ping(count: number): Promise<Latency> {
  const argv = [labProgramPath(), 'ping', '--count', String(count), `${inner.right}:7`];
  const { stdout, stderr } = await execute(argv, { ns: 'left', timeoutMs: count + 20_000 });
  if (!stdout) throw new Error(`ping: ${stderr}`);
  return JSON.parse(stdout);
}

/** Of both processes with all their threads; the kernel counts in hundredths of a second (proc(5), stat). */
function cpuSeconds(running: Record<End, Running>): number {
  const of = (pid: number) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  return ends.reduce((sum, end) => sum + of(running[end].pid), 0);
}

function largest(running: Record<End, Running>, field: 'VmRSS' | 'VmHWM'): number {
  const of = (pid: number) => {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  };
  return Math.max(...ends.map((end) => of(running[end].pid)));
}
