import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type * as z from 'zod';
import type { HelperErrorName } from '../../src-shared/helper-protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../src-shared/helper-protocol/replies.ts';
import * as requests from '../../src-shared/helper-protocol/requests.ts';
import type { Status, TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { namedErrorOf } from '../../src-shared/model/checked.ts';
import type { NamedError } from '../../src-shared/model/result.ts';
import { publicKeyOf } from '../keys/key-pair.ts';
import { bringUpScript, freshStatus, redacted, type Script } from './mock-status.ts';

export type MockOptions = {
  readonly access?: 'read' | 'write';
  /** Sent instead of the greeting; null sends none. */
  readonly hello?: unknown;
  /** What tunnels go through after a set, a step every `stepMs`. */
  readonly script?: (tunnel: requests.Tunnel) => Script;
  readonly stepMs?: number;
  /** Errors that requests are answered with, by method. */
  readonly refuse?: Readonly<Record<string, HelperErrorName>>;
  /** The field that these name. */
  readonly refusedField?: string;
  /** Tunnels that it holds from the start, at the end of their scripts. */
  readonly held?: readonly requests.Tunnel[];
};

const WRITES = ['set', 'probe', 'keys.put', 'keys.list', 'keys.delete'];

/**
 * Speaks the real protocol over a real socket and holds tunnels that exist only here: for tests, and for work on
 * the app where there is no helper.
 */
export class MockHelper {
  readonly socketPath: string;
  /** Every request, in order, without the secrets of keys.put. */
  readonly requests: { readonly method: string; readonly params: unknown }[] = [];
  /** Private keys by their public ones. */
  readonly keys = new Map<string, string>();
  desired: readonly requests.Tunnel[] = [];

  readonly #folder: string;
  readonly #options: MockOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Set<MessageConnection>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #tunnels: TunnelStatus[] = [];

  private constructor(folder: string, options: MockOptions) {
    this.#folder = folder;
    this.socketPath = join(folder, 'helper.sock');
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.desired = options.held ?? [];
    this.#tunnels = this.desired.map((tunnel, slot) =>
      Object.assign(freshStatus(tunnel, slot), ...this.#script(tunnel)),
    );
  }

  /** Listens in a new folder of its own; `close` removes it. */
  static async listen(options: MockOptions = {}): Promise<MockHelper> {
    const mock = await MockHelper.absent(options);
    await mock.listenAgain();
    return mock;
  }

  /** As `listen`, but nobody answers before `listenAgain`. */
  static async absent(options: MockOptions = {}): Promise<MockHelper> {
    return new MockHelper(await mkdtemp(join(tmpdir(), 'mock-helper-')), options);
  }

  async listenAgain(): Promise<void> {
    this.#server.listen(this.socketPath);
    await once(this.#server, 'listening');
  }

  /** Ends all connections and stops listening, as a helper that is stopped. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#stopScripts();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, 'close');
    }
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Changes what is observed of a tunnel and tells the subscribers. */
  observe(name: string, change: Partial<TunnelStatus>): void {
    this.#tunnels = this.#tunnels.map((t) => (t.name === name ? { ...t, ...change } : t));
    this.#tell();
  }

  #status(): Status {
    const status = { version: '0.1.0-mock', tunnels: this.#tunnels };
    return this.#options.access === 'read' ? redacted(status) : status;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const connection = createMessageConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#subscribers.delete(connection);
      connection.dispose();
    });
    connection.onRequest((method, params) => this.#answer(connection, method, params));
    connection.listen();
    const { access = 'write', hello } = this.#options;
    const engines = [{ kind: 'kernel', lacks: [] }];
    const greeting = hello ?? {
      protocol: PROTOCOL_VERSION,
      version: '0.1.0-mock',
      access,
      engines,
    };
    if (hello !== null) {
      notify(connection, 'hello', greeting);
    }
  }

  #answer(connection: MessageConnection, method: string, params: unknown): unknown {
    this.requests.push({ method, params: method === 'keys.put' ? '[secret]' : params });
    const refusal = this.#options.refuse?.[method];
    if (refusal !== undefined) {
      const { refusedField: field } = this.#options;
      const error = { name: refusal, message: 'refused by the test' };
      return refuse(field === undefined ? error : { ...error, field });
    }
    if (this.#options.access === 'read' && WRITES.includes(method)) {
      return refuse({ name: 'not-authorised', message: 'this peer may only read' });
    }
    switch (method) {
      case 'status':
        return read(requests.emptyParams, params, () => this.#status());
      case 'subscribe':
        return read(requests.emptyParams, params, () => this.#subscribe(connection));
      case 'set':
        return read(requests.setParams, params, ({ desired }) => this.#set(desired?.tunnels ?? []));
      case 'probe':
        return read(requests.probeParams, params, ({ tunnel }) => this.#probe(tunnel));
      case 'stats':
        return { uptimeSeconds: 1, residentBytes: 1, tunnels: [] };
      case 'keys.put':
        return read(requests.keysPutParams, params, ({ privateKey }) => this.#put(privateKey));
      case 'keys.list':
        return { keys: [...this.keys.keys()].map((publicKey) => ({ publicKey })) };
      case 'keys.delete':
        return read(requests.keysDeleteParams, params, ({ publicKey }) => this.#delete(publicKey));
      default:
        return refuse({ name: 'unknown-method', message: 'no such method', quoted: method });
    }
  }

  #set(tunnels: readonly requests.Tunnel[]): { changed: boolean } {
    const changed = JSON.stringify(tunnels) !== JSON.stringify(this.desired);
    this.desired = tunnels;
    const before = this.#tunnels;
    this.#tunnels = tunnels.map(
      (tunnel, slot) => before.find((t) => t.name === tunnel.name) ?? freshStatus(tunnel, slot),
    );
    if (changed) {
      this.#tell();
    }
    for (const tunnel of tunnels.filter(({ name }) => !before.some((t) => t.name === name))) {
      this.#play(tunnel.name, this.#script(tunnel));
    }
    return { changed };
  }

  #script(tunnel: requests.Tunnel): Script {
    return (this.#options.script ?? bringUpScript)(tunnel);
  }

  #play(name: string, script: Script): void {
    const [next, ...rest] = script;
    if (next === undefined) {
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.observe(name, next);
      this.#play(name, rest);
    }, this.#options.stepMs ?? 2);
    this.#timers.add(timer);
  }

  #probe(name: string): unknown {
    const tunnel = this.#tunnels.find((candidate) => candidate.name === name);
    return (
      tunnel?.reachability ?? refuse({ name: 'no-such-tunnel', message: 'not up', quoted: name })
    );
  }

  #put(privateKey: string): unknown {
    const publicKey = publicKeyOf(privateKey);
    if (!publicKey.ok) {
      return refuse(publicKey.error);
    }
    this.keys.set(publicKey.value, privateKey);
    return { publicKey: publicKey.value };
  }

  #delete(publicKey: string): unknown {
    return this.desired.some((tunnel) => tunnel.publicKey === publicKey)
      ? refuse({ name: 'key-in-use', message: 'a tunnel uses this key', quoted: publicKey })
      : { deleted: this.keys.delete(publicKey) };
  }

  #subscribe(connection: MessageConnection): object {
    this.#subscribers.add(connection);
    notify(connection, 'changed', { status: this.#status() });
    return {};
  }

  #tell(): void {
    for (const connection of this.#subscribers) {
      notify(connection, 'changed', { status: this.#status() });
    }
  }

  #stopScripts(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    this.#timers.clear();
  }
}

function read<T>(schema: z.ZodType<T>, params: unknown, answer: (value: T) => unknown): unknown {
  const parsed = schema.safeParse(params ?? {});
  return parsed.success ? answer(parsed.data) : refuse(namedErrorOf(parsed.error, params));
}

function refuse({ message, ...data }: NamedError): ResponseError<unknown> {
  return new ResponseError(-32602, message, data);
}

/** A client that hangs up meanwhile hears nothing more, which is no failure of the helper. */
function notify(connection: MessageConnection, method: string, params: object): void {
  connection.sendNotification(method, params).catch(() => undefined);
}
