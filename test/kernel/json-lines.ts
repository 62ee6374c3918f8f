import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

// Questions and answers between processes of the tests, a JSON object a line: `{id, call, ask}` one way, `{id, answer}`
// or `{id, error}` the other.

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** The side that asks. */
export class Asking {
  readonly #out: Writable;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  /** @param onOther what is told of lines that are no answers */
  constructor(input: Readable, out: Writable, onOther: (message: object) => void = () => {}) {
    this.#out = out;
    createInterface({ input }).on('line', (line) => {
      const message = JSON.parse(line);
      if ('id' in message) this.#settle(message);
      else onOther(message);
    });
  }

  /** The answer, of whatever type the protocol gives it; rejects with the other side's error. */
  ask<T>(call: string, ask: unknown): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#out.write(`${JSON.stringify({ id, call, ask })}\n`);
    });
  }

  /** Nobody answers any more. */
  lose(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  #settle({ id, answer, error }: { id: number; answer?: never; error?: string }): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) waiting?.reject(new Error(error));
    else waiting?.resolve(answer as never);
  }
}

/** The side that answers, each question by the handler of its name. */
export function answering(
  input: Readable,
  out: Writable,
  handlers: Readonly<Record<string, (ask: never) => Promise<unknown>>>,
): Interface {
  const write = (value: object) => out.write(`${JSON.stringify(value)}\n`);
  return createInterface({ input }).on('line', async (line) => {
    const { id, call, ask } = JSON.parse(line) as { id: number; call: string; ask: never };
    try {
      const handler = handlers[call];
      if (handler === undefined) throw new Error(`there is no ${call}`);
      write({ id, answer: await handler(ask) });
    } catch (error) {
      write({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}
