import { createServer, connect as dial, type Socket } from 'node:net';
import { type Calls, type ConnectAsk, now, type StreamResult, type UntilAsk } from './protocol.ts';

export function listen({ host, port }: Calls['listen']['ask']): Promise<Record<string, never>> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve({}));
  });
}

function open({ host, port, source }: ConnectAsk): Socket {
  return dial({ host, port, noDelay: true, ...(source ? { localAddress: source } : {}) });
}

export function connect(ask: ConnectAsk): Promise<Calls['connect']['answer']> {
  const since = now();
  const socket = open(ask);
  return new Promise((resolve) => {
    const end = (ok: boolean, error?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ok, ms: now() - since, ...(error === undefined ? {} : { error }) });
    };
    const timer = setTimeout(() => end(false, 'timed out'), ask.timeoutMs ?? 5000);
    socket.once('connect', () => socket.write('?'));
    socket.once('data', () => end(true));
    socket.once('error', (error) => end(false, error.message));
    socket.once('close', () => end(false, 'closed'));
  });
}

export async function until(ask: UntilAsk): Promise<Calls['until']['answer']> {
  const since = now();
  let error = 'timed out';
  let found: number | undefined;
  const attempts = new Set<Promise<void>>();
  while (found === undefined && now() - since < ask.withinMs) {
    // Short attempts: a SYN that met no neighbour would be repeated only after a second.
    const attempt = connect({ ...ask, timeoutMs: ask.timeoutMs ?? 400 }).then((result) => {
      if (result.ok) found ??= now();
      else error = result.error ?? error;
      attempts.delete(attempt);
    });
    attempts.add(attempt);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, ask.everyMs)), attempt]);
  }
  if (found === undefined) await Promise.all(attempts);
  if (found === undefined) return { ok: false, at: 0, ms: now() - since, error };
  return { ok: true, at: found, ms: found - since };
}

const recordMs = 10;
const recordBytes = 8;

/** A TCP session that carries a numbered record every 10 ms and checks each echo. */
export class Stream {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #received = 0;
  #pending = Buffer.alloc(0);
  #lastEcho = now();
  #longestGapMs = 0;
  #resumedAt = 0;
  #error: string | undefined;
  #stopped = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#timer = setInterval(() => this.#send(), recordMs);
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#stopped || this.#fail('the session was closed'));
  }

  static start(ask: ConnectAsk): Promise<Stream> {
    const socket = open(ask);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`no connection to ${ask.host} in time`));
      }, ask.timeoutMs ?? 5000);
      socket.once('error', reject);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve(new Stream(socket));
      });
    });
  }

  #send(): void {
    if (this.#stopped || this.#error !== undefined) return;
    const record = Buffer.alloc(recordBytes);
    record.writeBigUInt64BE(BigInt(this.#sent));
    this.#sent += 1;
    this.#socket.write(record);
  }

  #receive(data: Buffer): void {
    const at = now();
    if (at - this.#lastEcho > this.#longestGapMs) {
      this.#longestGapMs = at - this.#lastEcho;
      this.#resumedAt = at;
    }
    this.#lastEcho = at;
    this.#pending = Buffer.concat([this.#pending, data]);
    while (this.#pending.length >= recordBytes) {
      const number = this.#pending.readBigUInt64BE();
      this.#pending = this.#pending.subarray(recordBytes);
      if (number !== BigInt(this.#received)) this.#fail(`record ${number} came out of order`);
      this.#received += 1;
    }
  }

  #fail(message: string): void {
    this.#error ??= message;
  }

  /** Stops sending, gives what is under way time to come back, and closes. */
  async stop(settleMs: number): Promise<StreamResult> {
    clearInterval(this.#timer);
    const since = now();
    while (this.#received < this.#sent && now() - since < settleMs && !this.#error) {
      await new Promise((resolve) => setTimeout(resolve, recordMs));
    }
    this.#stopped = true;
    this.#socket.destroy();
    return {
      sent: this.#sent,
      received: this.#received,
      lost: this.#sent - this.#received,
      longestGapMs: this.#longestGapMs,
      resumedAt: this.#resumedAt,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }
}
