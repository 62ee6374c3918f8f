import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Asking } from '../json-lines.ts';
import type { Call, Calls } from './agent/protocol.ts';

/** Where the runner put the agent's bundle. */
function agentPath(): string {
  const path = process.env.MOORING_TEST_AGENT;
  if (path === undefined) throw new Error('MOORING_TEST_AGENT does not say where the agent is');
  return path;
}

/** The test's end of the one long-lived process in a namespace. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #asking: Asking;

  private constructor(
    readonly ns: string,
    child: ChildProcess,
    asking: Asking,
  ) {
    this.#child = child;
    this.#asking = asking;
  }

  static start(ns: string): Promise<Agent> {
    const child = spawn('ip', ['netns', 'exec', ns, process.execPath, agentPath()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      const asking = new Asking(child.stdout, child.stdin, (message) => {
        if ('ready' in message) resolve(new Agent(ns, child, asking));
      });
      child.once('exit', (code) => {
        reject(new Error(`the agent in ${ns} ended with ${code}`));
        asking.lose('the agent is gone');
      });
    });
  }

  async ask<K extends Call>(call: K, ask: Calls[K]['ask']): Promise<Calls[K]['answer']> {
    try {
      return await this.#asking.ask<Calls[K]['answer']>(call, ask);
    } catch (error) {
      throw new Error(`${this.ns}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Runs a script in the namespace; throws when it fails. */
  async sh(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.ask('sh', { script });
    if (status !== 0) throw new Error(`script in ${this.ns} ended with ${status}: ${stderr}`);
    return stdout;
  }

  async snapshot(): Promise<string> {
    return (await this.ask('snapshot', {})).text;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}
