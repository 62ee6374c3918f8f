import { newKeyPair } from '../../src-engine/keys/key-pair.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Makes a key pair; the public key is the answer once the private one lies in the helper. */
export async function keyNew(context: Context): Promise<number> {
  const { privateKey } = newKeyPair();
  const put = await withHelper(context, (client) => client.keysPut({ privateKey }));
  if (!put.ok) {
    return complain(context, put.error);
  }
  context.stdout(`${put.value.publicKey}\n`);
  return EXIT.ok;
}
