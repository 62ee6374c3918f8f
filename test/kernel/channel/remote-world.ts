import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Asking } from '../json-lines.ts';
import type { AccessName } from '../world/addresses.ts';
import type { Call, Calls } from '../world/agent/protocol.ts';
import type { Namespace } from '../world/world.ts';
import { socketName } from './names.mjs';
import type { WorldCall, WorldCalls } from './protocol.ts';

/** A served world, for a test outside of it. */
export class RemoteWorld {
  readonly #socket: Socket;
  readonly #asking: Asking;

  /** @param folder where its sockets are */
  constructor(folder: string) {
    this.#socket = connect(join(folder, socketName('world')));
    this.#asking = new Asking(this.#socket, this.#socket);
    this.#socket.on('error', (error) => this.#asking.lose(error.message));
    this.#socket.on('close', () => this.#asking.lose('the world is gone'));
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
    return this.#asking.ask(call, ask);
  }
}
