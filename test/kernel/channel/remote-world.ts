import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AccessName } from '../world/addresses.ts';
import type { Call, Calls } from '../world/agent/protocol.ts';
import type { Namespace } from '../world/world.ts';
import { socketName } from './names.mjs';
import type { WorldCall, WorldCalls } from './protocol.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** A served world, for a test outside of it. */
export class RemoteWorld {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  /** @param folder where its sockets are */
  constructor(folder: string) {
    this.#socket = connect(join(folder, socketName('world')));
    createInterface({ input: this.#socket }).on('line', (line) => this.#settle(JSON.parse(line)));
    this.#socket.on('error', (error) => this.#lose(error.message));
    this.#socket.on('close', () => this.#lose('the world is gone'));
  }

  async agent<K extends Call>(
    ns: Namespace,
    call: K,
    ask: Calls[K]['ask'],
  ): Promise<Calls[K]['answer']> {
    return (await this.#ask('agent', { ns, call, ask })) as Calls[K]['answer'];
  }

  async leave(access: AccessName): Promise<void> {
    await this.#ask('leave', access);
  }

  join(access: AccessName): Promise<number> {
    return this.#ask('join', access);
  }

  file(): Promise<string> {
    return this.#ask('file', null);
  }

  /** Hangs up; the world goes on. */
  close(): void {
    this.#socket.destroy();
  }

  #ask<K extends WorldCall>(call: K, ask: WorldCalls[K]['ask']): Promise<WorldCalls[K]['answer']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ id, call, ask })}\n`);
    });
  }

  #settle({ id, answer, error }: { id: number; answer?: never; error?: string }): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) waiting?.reject(new Error(error));
    else waiting?.resolve(answer as never);
  }

  #lose(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}
