import { labProgram } from './programs.ts';
import { sh } from './shell.ts';
import type { Namespace } from './world.ts';

export interface FrameAnswer {
  readonly frame: string;
  readonly octets: number;
  readonly arrived: boolean;
  readonly ok: boolean;
  readonly refused?: string;
}

export interface Plug {
  readonly ns: Namespace;
  readonly iface: string;
}

/** Sends Ethernet frames of every kind from one place to another; see helpers/cmd/mooring-lab. */
export async function sendFrames(from: Plug, to: Plug): Promise<FrameAnswer[]> {
  const words = [labProgram(), 'frames', from.ns, from.iface, to.ns, to.iface];
  const text = await sh(words.join(' '), { timeoutMs: 90_000 });
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
