import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fail, type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';
import { fileTooLarge, MAX_FILE_BYTES } from '../../src-shared/model/wireguard-lines.ts';
import { messageOf } from '../helper-client/failure.ts';

export type ReadError = NamedError<'cannot-read' | 'not-a-file' | 'file-too-large'>;

/**
 * The text of a file that a person named, once it is known to be one that ends: opening a pipe may wait for
 * ever, and a device may have no end. Errors: those of ReadError, quoting the path.
 */
export async function readNamedFile(path: string): Promise<Result<string, ReadError>> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      const kind = found.isDirectory() ? 'a folder' : 'a pipe or a device';
      return wrong('not-a-file', `this is ${kind}`, path);
    }
  } catch (error) {
    return wrong('cannot-read', systemWords(error), path);
  }
  const read = await readToEnd(createReadStream(path));
  return read.ok ? read : wrong(read.error.name, read.error.message, path);
}

/** The text of a stream, which is given up when it is longer than any WireGuard file. */
export async function readToEnd(stream: AsyncIterable<Buffer>): Promise<Result<string, ReadError>> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_FILE_BYTES) {
        return fail(fileTooLarge);
      }
    }
  } catch (error) {
    return fail({ name: 'cannot-read', message: systemWords(error) });
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}

/** `ENOENT: no such file or directory`, without the call and the path that Node adds. */
function systemWords(error: unknown): string {
  return messageOf(error).replace(/, [a-z]+(?: '.*')?$/s, '');
}
