// @ts-check
import { Duplex } from 'node:stream';

const OPEN = 0;
const DATA = 1;
const END = 2;
const HEADER = 9;

/**
 * Many streams over one: the guest has a single serial port to the machine outside. A frame is a byte for its
 * kind, the stream's number and the length (32 bits each, big endian), then that much content: of an opening
 * frame the name of the service that is wanted.
 */
export class Mux {
  #out;
  /** @type {Map<number, Duplex>} */
  #streams = new Map();
  #rest = Buffer.alloc(0);
  #last = 0;

  /**
   * @param {import('node:stream').Readable} readable
   * @param {import('node:stream').Writable} writable
   * @param {(service: string, stream: Duplex) => void} [accept] what takes the streams that the other end opens
   */
  constructor(readable, writable, accept = (_service, stream) => stream.destroy()) {
    this.#out = writable;
    this.accept = accept;
    readable.on('data', (/** @type {Buffer} */ bytes) => this.#read(bytes));
    readable.on('error', () => this.#lose());
    readable.on('close', () => this.#lose());
    writable.on('error', () => this.#lose());
  }

  /** Only one end opens streams. @param {string} service */
  open(service) {
    this.#last += 1;
    this.#send(OPEN, this.#last, Buffer.from(service));
    return this.#stream(this.#last);
  }

  /** @param {number} kind @param {number} id @param {Buffer} content @param {(error?: Error | null) => void} [done] */
  #send(kind, id, content, done) {
    const header = Buffer.alloc(HEADER);
    header.writeUInt8(kind, 0);
    header.writeUInt32BE(id, 1);
    header.writeUInt32BE(content.length, 5);
    this.#out.write(Buffer.concat([header, content]), done);
  }

  /** @param {number} id */
  #stream(id) {
    const stream = new Duplex({
      read: () => {},
      write: (chunk, _encoding, done) => this.#send(DATA, id, chunk, done),
      final: (done) => this.#send(END, id, Buffer.alloc(0), done),
      destroy: (error, done) => {
        if (this.#streams.delete(id)) this.#send(END, id, Buffer.alloc(0));
        done(error);
      },
    });
    stream.on('error', () => {});
    this.#streams.set(id, stream);
    return stream;
  }

  /** @param {Buffer} bytes */
  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEADER) {
      const length = this.#rest.readUInt32BE(5);
      if (this.#rest.length < HEADER + length) return;
      const content = this.#rest.subarray(HEADER, HEADER + length);
      this.#take(this.#rest.readUInt8(0), this.#rest.readUInt32BE(1), content);
      this.#rest = this.#rest.subarray(HEADER + length);
    }
  }

  /** @param {number} kind @param {number} id @param {Buffer} content */
  #take(kind, id, content) {
    if (kind === OPEN) {
      this.accept(content.toString(), this.#stream(id));
      return;
    }
    const stream = this.#streams.get(id);
    if (kind === DATA) stream?.push(Buffer.from(content));
    if (kind === END && stream) {
      // Both directions end together: who is served by this hangs up and is done.
      this.#streams.delete(id);
      stream.push(null);
      stream.end();
    }
  }

  #lose() {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
  }
}

/** Joins two streams so that the end of either is the end of both. @param {Duplex} one @param {Duplex} other */
export function join(one, other) {
  one.pipe(other);
  other.pipe(one);
  for (const [stream, peer] of [
    [one, other],
    [other, one],
  ]) {
    stream?.on('error', () => peer?.destroy());
    stream?.on('close', () => peer?.destroy());
  }
}
