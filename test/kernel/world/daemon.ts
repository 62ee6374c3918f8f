import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

export interface DaemonOptions {
  readonly ns: string;
  readonly argv: readonly string[];
  /** Whether it serves by now; asked until it says so. Without it nobody waits. */
  readonly ready?: (log: string) => boolean;
  /** Some programs end with their standard input: `pipe` is one that stays open. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** A program that runs in a network namespace until it is told to end. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #name: string;
  #log = '';

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
        if (process.env.MOORING_TEST_LOG) process.stderr.write(text);
      });
  }

  static async start(options: DaemonOptions): Promise<Daemon> {
    const { ns, argv, ready = () => true, stdin = 'ignore' } = options;
    const child = spawn('ip', ['netns', 'exec', ns, ...argv], { stdio: [stdin, 'pipe', 'pipe'] });
    const daemon = new Daemon(child, argv[0]?.split('/').at(-1) ?? '');
    const since = Date.now();
    while (!ready(daemon.#log)) {
      if (!daemon.running) throw new Error(`${daemon.#name} ended at once:\n${daemon.#log}`);
      if (Date.now() - since > 15_000) {
        child.kill('SIGKILL');
        throw new Error(`${daemon.#name} is not ready after 15 s:\n${daemon.#log}`);
      }
      await wait(20);
    }
    return daemon;
  }

  get pid(): number {
    if (this.#child.pid === undefined || !this.running)
      throw new Error(`${this.#name} does not run:\n${this.#log}`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get log(): string {
    return this.#log;
  }

  /** @returns the exit status, or the signal that ended it */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string> {
    if (this.running) {
      this.#child.kill(signal);
      await this.ended();
    }
    return this.#child.exitCode ?? this.#child.signalCode ?? 'unknown';
  }

  /** Waits until it has ended by itself or by somebody's signal; not longer than 20 s. */
  async ended(): Promise<void> {
    if (!this.running) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await once(this.#child, 'exit');
    clearTimeout(timer);
  }
}
