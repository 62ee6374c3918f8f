import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type * as z from 'zod';
import * as replies from '../../src-shared/helper-protocol/replies.ts';
import type { KeysPutParams, SetParams } from '../../src-shared/helper-protocol/requests.ts';
import * as statuses from '../../src-shared/helper-protocol/status.ts';
import { fail, type Result } from '../../src-shared/model/result.ts';
import { readAnswer, readError, readHello } from './answers.ts';
import { openTrusted } from './connect.ts';
import { failure, type HelperFailure, messageOf } from './failure.ts';
import { FrameGuard } from './frame-guard.ts';

export type HelperOptions = {
  readonly socketPath: string;
  /** Who must own the socket. Root, unless a test runs its own helper as an ordinary user. */
  readonly socketOwner?: number;
  /** Milliseconds until an answer is given up. */
  readonly timeoutMs?: number;
};

type Answer<T> = Promise<Result<T, HelperFailure>>;

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * One connection to the helper. `start` connects; `dispose` closes and may be called at any time. Every
 * request answers with a value or a named failure and never rejects.
 */
export class HelperClient {
  readonly #options: HelperOptions;
  #socket: Socket | undefined;
  #connection: MessageConnection | undefined;
  #lost: HelperFailure | undefined;
  // Requests that are under way; each ends with the connection, whoever closes it.
  readonly #pending = new Set<(reason: HelperFailure) => void>();
  readonly #onLost = new Set<(reason: HelperFailure) => void>();
  readonly #onChanged = new Set<(status: statuses.Status) => void>();

  constructor(options: HelperOptions) {
    this.#options = options;
  }

  /**
   * Checks who owns the socket, connects, and reads the greeting. Errors: `helper-missing`,
   * `untrusted-helper`, `not-authorised`, `helper-version`, `helper-timeout`, `bad-answer`.
   */
  async start(): Answer<replies.Hello> {
    const { socketPath, socketOwner = 0 } = this.#options;
    const opened = await openTrusted(socketPath, socketOwner);
    if (!opened.ok) {
      return opened;
    }
    this.#socket = opened.value;
    const greeted = await this.#greet(opened.value);
    if (!greeted.ok) {
      this.dispose();
    }
    return greeted;
  }

  status(): Answer<statuses.Status> {
    return this.#request('status', {}, statuses.status);
  }

  /** From now on `onChanged` is called: with the present snapshot first, then at every change. */
  subscribe(): Answer<object> {
    return this.#request('subscribe', {}, replies.subscribeResult);
  }

  /** Replaces the whole desired configuration; null takes everything down. */
  set(params: SetParams): Answer<replies.SetResult> {
    return this.#request('set', params, replies.setResult);
  }

  probe(tunnel: string): Answer<statuses.Reachability> {
    return this.#request('probe', { tunnel }, statuses.reachability);
  }

  stats(): Answer<replies.Stats> {
    return this.#request('stats', {}, replies.stats);
  }

  /** Hands a private key over; the answer is its public key. */
  keysPut(params: KeysPutParams): Answer<replies.PublicKey> {
    return this.#request('keys.put', params, replies.publicKey);
  }

  keysList(): Answer<replies.KeysListResult> {
    return this.#request('keys.list', {}, replies.keysListResult);
  }

  keysDelete(publicKey: string): Answer<replies.KeysDeleteResult> {
    return this.#request('keys.delete', { publicKey }, replies.keysDeleteResult);
  }

  /** Calls `listener` with every snapshot that `subscribe` brings. Returns what stops it. */
  onChanged(listener: (status: statuses.Status) => void): () => void {
    this.#onChanged.add(listener);
    return () => this.#onChanged.delete(listener);
  }

  /** Calls `listener` once when the connection is lost other than by `dispose`. */
  onLost(listener: (reason: HelperFailure) => void): () => void {
    this.#onLost.add(listener);
    return () => this.#onLost.delete(listener);
  }

  dispose(): void {
    this.#lose({ name: 'helper-gone', message: 'the connection was closed by us' }, false);
  }

  #greet(socket: Socket): Answer<replies.Hello> {
    const guard = new FrameGuard();
    pipeline(socket, guard, (error) => this.#lose(gone(error)));
    const connection = createMessageConnection(
      new StreamMessageReader(guard),
      new StreamMessageWriter(socket),
    );
    this.#connection = connection;
    connection.onError(([error]) => this.#lose({ name: 'bad-answer', message: error.message }));
    connection.onClose(() => this.#lose(gone()));
    connection.onNotification('changed', (params) => this.#changed(params));
    const greeting = new Promise<Result<replies.Hello, HelperFailure>>((resolve) => {
      connection.onNotification('hello', (params) => resolve(readHello(params)));
    });
    connection.listen();
    return this.#bounded(greeting);
  }

  #changed(params: unknown): void {
    const parsed = statuses.changed.safeParse(params);
    if (!parsed.success) {
      this.#lose({ name: 'bad-answer', message: 'the helper sent a change that is none' });
      return;
    }
    for (const listener of this.#onChanged) {
      listener(parsed.data.status);
    }
  }

  async #request<T>(method: string, params: object, result: z.ZodType<T>): Answer<T> {
    const connection = this.#connection;
    if (connection === undefined || this.#lost !== undefined) {
      return fail(this.#lost ?? { name: 'helper-gone', message: 'there is no connection' });
    }
    // Room for the envelope that JSON-RPC adds.
    if (Buffer.byteLength(JSON.stringify(params)) > replies.MAX_FRAME_BYTES - 256) {
      return failure('frame-too-large', `the parameters of ${method} do not fit in a frame`);
    }
    const answer = connection.sendRequest(method, params).then(
      (value) => readAnswer(method, value, result),
      (error: unknown) => fail(readError(error)),
    );
    return this.#bounded(answer);
  }

  /** Whatever comes first: the answer, the end of the connection, or the end of patience. */
  #bounded<T>(answer: Answer<T>): Answer<T> {
    return new Promise((resolve) => {
      const give = (result: Result<T, HelperFailure>) => {
        clearTimeout(timer);
        this.#pending.delete(lost);
        resolve(result);
      };
      const lost = (reason: HelperFailure) => give(fail(reason));
      const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
      const late = `the helper did not answer within ${timeoutMs / 1000} s`;
      const timer = setTimeout(() => give(failure('helper-timeout', late)), timeoutMs);
      this.#pending.add(lost);
      answer.then(give, (error) => give(failure('bad-answer', messageOf(error))));
    });
  }

  #lose(reason: HelperFailure, tell = true): void {
    if (this.#lost !== undefined) {
      return;
    }
    this.#lost = reason;
    const told = [...this.#pending, ...(tell ? this.#onLost : [])];
    this.#pending.clear();
    this.#onLost.clear();
    this.#onChanged.clear();
    this.#connection?.dispose();
    this.#socket?.destroy();
    for (const listener of told) {
      listener(reason);
    }
  }
}

function gone(error?: Error | null): HelperFailure {
  const message = error
    ? `the helper closed the connection: ${error.message}`
    : 'the helper closed the connection';
  return { name: 'helper-gone', message };
}
