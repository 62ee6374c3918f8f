import { Transform, type TransformCallback } from 'node:stream';
import { MAX_FRAME_BYTES } from '../../src-shared/helper-protocol/replies.ts';

const MAX_HEADER_BYTES = 1024;
const HEADER_END = '\r\n\r\n';
const NONE = Buffer.alloc(0);

/**
 * Passes Content-Length frames through and ends the stream with an error at a frame above the cap or a
 * header that is none: vscode-jsonrpc itself would wait for any length. Holds back headers only.
 */
export class FrameGuard extends Transform {
  #header: Buffer = NONE;
  #bodyLeft = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#pass(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #pass(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#bodyLeft > 0) {
        const body = rest.subarray(0, this.#bodyLeft);
        this.#bodyLeft -= body.length;
        rest = rest.subarray(body.length);
        this.push(body);
        continue;
      }
      const known = this.#header.length;
      this.#header = Buffer.concat([this.#header, rest]);
      const end = this.#header.indexOf(HEADER_END);
      if ((end < 0 ? this.#header.length : end) > MAX_HEADER_BYTES) {
        throw new Error('the header of a frame is too long');
      }
      if (end < 0) {
        return;
      }
      const header = this.#header.subarray(0, end + HEADER_END.length);
      this.#bodyLeft = contentLength(header.toString('latin1'));
      this.#header = NONE;
      rest = rest.subarray(header.length - known);
      this.push(header);
    }
  }
}

function contentLength(header: string): number {
  const lengths = [...header.matchAll(/^content-length: *([0-9]{1,9}) *\r$/gim)];
  const length = Number(lengths[0]?.[1]);
  if (lengths.length !== 1 || !Number.isSafeInteger(length)) {
    throw new Error('a frame has no Content-Length');
  }
  if (length > MAX_FRAME_BYTES) {
    throw new Error(`a frame of ${length} bytes is above the limit of ${MAX_FRAME_BYTES}`);
  }
  return length;
}
