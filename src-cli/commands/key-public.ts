import { publicKeyOf } from '../../src-engine/keys/key-pair.ts';
import { readToEnd } from '../../src-engine/profiles/read-input.ts';
import { complain } from '../complain.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** The public half of the private key on stdin, where no other process sees it. */
export async function keyPublic(context: Context): Promise<number> {
  if (context.stdin.isTTY) {
    context.stderr('The private key, then Enter and Ctrl-D:\n');
  }
  const read = await readToEnd(context.stdin);
  const result = read.ok ? publicKeyOf(read.value.trim()) : read;
  if (!result.ok) {
    return complain(context, result.error);
  }
  context.stdout(`${result.value}\n`);
  return EXIT.ok;
}
