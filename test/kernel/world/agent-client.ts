import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Call, Calls } from './agent/protocol.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** Where the runner put the agent's bundle. */
function agentPath(): string {
  const path = process.env.MOORING_TEST_AGENT;
  if (path === undefined) throw new Error('MOORING_TEST_AGENT does not say where the agent is');
  return path;
}

/** The test's end of the one long-lived process in a namespace. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  private constructor(
    readonly ns: string,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  static async start(ns: string): Promise<Agent> {
    const child = spawn('ip', ['netns', 'exec', ns, process.execPath, agentPath()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const agent = new Agent(ns, child);
    const ready = new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the agent in ${ns} ended with ${code}`)));
      if (child.stdout === null) return;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const message = JSON.parse(line);
        if ('ready' in message) resolve();
        else agent.#settle(message);
      });
    });
    child.once('exit', () => agent.#lose());
    await ready;
    return agent;
  }

  ask<K extends Call>(call: K, ask: Calls[K]['ask']): Promise<Calls[K]['answer']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ id, call, ask })}\n`);
    });
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

  #settle(message: { id: number; answer?: never; error?: string }): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error !== undefined) waiting?.reject(new Error(`${this.ns}: ${message.error}`));
    else waiting?.resolve(message.answer as never);
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values())
      reject(new Error(`the agent in ${this.ns} is gone`));
    this.#waiting.clear();
  }
}
