import { removeProfile } from '../../src-engine/profiles/remove-profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../printable.ts';

/** Removes a profile that is not up, with its key. */
export async function profileRemove(context: Context, name: string): Promise<number> {
  const removed = await withHelper(context, (client) => removeProfile(client, context.store, name));
  if (!removed.ok) {
    return complain(context, removed.error);
  }
  const { key } = removed.value;
  if (key === 'deleted') {
    context.stderr(`${name} and its private key are removed\n`);
  } else if (key === 'in-use') {
    context.stderr(`${name} is removed; its private key stays, another profile has it\n`);
  } else {
    context.stderr(`${name} is removed; its private key stays: ${printable(key.message)}\n`);
  }
  return EXIT.ok;
}
