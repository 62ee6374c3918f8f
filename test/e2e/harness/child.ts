import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { within } from './wait.ts';

/** A program beside the app: what it says is kept, and it ends with this process at the latest. */
export class Child {
  readonly process: ChildProcess;
  readonly #name: string;
  #log = '';
  readonly #ended: Promise<unknown>;

  /** @param ready whether the fourth file (3) is a pipe that the program writes to when it is ready */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv, ready = false) {
    this.#name = command[0] ?? '';
    // A killed test process runs no `finally`; the kernel still ends what it has started.
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', ...(ready ? (['pipe'] as const) : [])],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    this.#ended = once(this.process, 'exit');
  }

  get log(): string {
    return this.#log;
  }

  /** The first line that the program writes to its file 3. */
  async ready(timeoutMs = 10_000): Promise<string> {
    const pipe = this.process.stdio[3] as Readable;
    const line = new Promise<string>((resolve, reject) => {
      let text = '';
      pipe.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        const end = text.indexOf('\n');
        if (end >= 0) resolve(text.slice(0, end));
      });
      pipe.once('close', () => reject(new Error(`${this.#name} ended early\n${this.#log}`)));
    });
    return within(`${this.#name} being ready`, line, timeoutMs);
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Waits until it has ended by itself, and gives its exit status. */
  async exit(timeoutMs = 10_000): Promise<number | null> {
    if (!this.ended) await within(`the end of ${this.#name}`, this.#ended, timeoutMs);
    return this.process.exitCode;
  }

  async end(): Promise<void> {
    if (this.ended) return;
    this.process.kill('SIGTERM');
    const force = setTimeout(() => this.process.kill('SIGKILL'), 3000);
    await this.#ended;
    clearTimeout(force);
  }
}
