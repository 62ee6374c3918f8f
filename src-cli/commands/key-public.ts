import { text as textOf } from 'node:stream/consumers';
import { publicKeyOf } from '../../src-engine/keys/key-pair.ts';
import { complain } from '../complain.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** The public half of the private key on stdin, where no other process sees it. */
export async function keyPublic(context: Context): Promise<number> {
  if (context.stdin.isTTY) {
    context.stderr('The private key, then Enter and Ctrl-D:\n');
  }
  const result = publicKeyOf((await textOf(context.stdin)).trim());
  if (!result.ok) {
    return complain(context, result.error);
  }
  context.stdout(`${result.value}\n`);
  return EXIT.ok;
}
