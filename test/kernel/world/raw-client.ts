import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

export interface RawAnswer {
  readonly id?: number | string | null;
  readonly result?: unknown;
  readonly error?: { code: number; message: string; data?: Record<string, string> };
  readonly method?: string;
}

/** The helper protocol by hand, for what a well-kept client library would never send. */
export class RawClient {
  readonly #socket: Socket;
  #pending = Buffer.alloc(0);
  readonly messages: RawAnswer[] = [];
  closed = false;
  #next = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** The uid is taken by the kernel at connect, so borrowing it for the call is enough. */
  static async open(path: string, uid?: number): Promise<RawClient> {
    if (uid !== undefined) process.seteuid?.(uid);
    const socket = connect({ path });
    if (uid !== undefined) process.seteuid?.(0);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  frame(body: string): string {
    return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  async call(method: string, params: unknown): Promise<RawAnswer> {
    const id = this.#next++;
    this.write(this.frame(JSON.stringify({ jsonrpc: '2.0', id, method, params })));
    return this.until((message) => message.id === id, `an answer to ${method}`);
  }

  async until(wanted: (message: RawAnswer) => boolean, what: string): Promise<RawAnswer> {
    for (let i = 0; i < 500; i++) {
      const found = this.messages.find(wanted);
      if (found) return found;
      if (this.closed) break;
      await setTimeout(10);
    }
    throw new Error(`${this.closed ? 'closed' : 'timed out'} before ${what}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, data]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/i.exec(
        this.#pending.toString('latin1'),
      );
      if (!head) return;
      const end = head[0].length + Number(head[1]);
      if (this.#pending.length < end) return;
      this.messages.push(JSON.parse(this.#pending.subarray(head[0].length, end).toString('utf8')));
      this.#pending = this.#pending.subarray(end);
    }
  }
}
