import { randomBytes } from 'node:crypto';
import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import { formatMac, macFromRandom } from '../../src-shared/model/mac.ts';
import type { Profile } from '../../src-shared/model/profile.ts';
import { checkProfileName } from '../../src-shared/model/profile-name.ts';
import { fail, type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';
import { parseWireGuardFile, type WireGuardFile } from '../../src-shared/model/wireguard-file.ts';
import type { FileError, Warning } from '../../src-shared/model/wireguard-lines.ts';
import type { HelperClient } from '../helper-client/helper-client.ts';
import { publicKeyOf } from '../keys/key-pair.ts';
import type { ProfileStore } from './profile-store.ts';
import { deleteUnusedKey } from './remove-profile.ts';

/** Of the file (with its line), of the store, of the helper, or `profile-up`. */
export type ImportError = NamedError & Partial<Pick<FileError, 'line' | 'suggestion'>>;
export type Imported = { readonly profile: Profile; readonly warnings: readonly Warning[] };

export type ImportOrder = {
  readonly name: string;
  /** The file's text; it holds the private key, which goes to the helper and nowhere else. */
  readonly text: string;
  /** Whether a profile of this name may be written over. Its MAC is kept if the file has none. */
  readonly replace: boolean;
};

/**
 * Reads a WireGuard file, gives its private key to the helper and writes the profile: both or, when the
 * profile cannot be written, neither.
 */
export async function importProfile(
  client: HelperClient,
  store: ProfileStore,
  order: ImportOrder,
): Promise<Result<Imported, ImportError>> {
  const name = checkProfileName(order.name);
  if (!name.ok) {
    return fail({ ...name.error, name: 'bad-name' });
  }
  const file = parseWireGuardFile(order.text);
  if (!file.ok) {
    return file;
  }
  const earlier = await mayWrite(client, store, order);
  if (!earlier.ok) {
    return earlier;
  }
  const made = makeProfile(order.name, file.value, earlier.value);
  if (!made.ok) {
    return made;
  }
  const kept = await keep(client, store, made.value, file.value, earlier.value);
  return kept.ok ? ok({ profile: made.value, warnings: file.value.warnings }) : kept;
}

/** The profile that would be replaced, null when there is none; an error when it must stay. */
async function mayWrite(
  client: HelperClient,
  store: ProfileStore,
  { name, replace }: ImportOrder,
): Promise<Result<Profile | null, ImportError>> {
  const earlier = await store.read(name);
  if (!earlier.ok) {
    return earlier.error.name === 'no-such-profile' ? ok(null) : earlier;
  }
  if (!replace) {
    const message = 'there is a profile of this name; --replace writes over it';
    return fail({ name: 'profile-exists', message, quoted: name });
  }
  const status = await client.status();
  if (!status.ok) {
    return status;
  }
  return status.value.tunnels.some((tunnel) => tunnel.name === name)
    ? fail({ name: 'profile-up', message: 'take the profile down first', quoted: name })
    : earlier;
}

function makeProfile(
  name: string,
  file: WireGuardFile,
  earlier: Profile | null,
): Result<Profile, ImportError> {
  const publicKey = publicKeyOf(file.privateKey);
  if (!publicKey.ok) {
    return publicKey;
  }
  if (file.hub.publicKey === publicKey.value) {
    const message = "the hub's key is our own, so the kernel would ignore the peer";
    return fail({ ...wrong('bad-key', message, publicKey.value).error, field: 'Peer.PublicKey' });
  }
  const tunnel: Tunnel = {
    name,
    publicKey: publicKey.value,
    listenPort: file.listenPort,
    address: file.address,
    hub: file.hub,
    mac: file.mac ?? earlier?.mac ?? formatMac(macFromRandom(randomBytes(6))),
    prefix: file.prefix,
    txOffload: earlier?.txOffload ?? 'off',
    engine: earlier?.engine ?? 'auto',
  };
  const sameHub = earlier?.hub.publicKey === file.hub.publicKey;
  return ok({ version: 1, ...tunnel, learnedPrefix: sameHub ? earlier.learnedPrefix : null });
}

async function keep(
  client: HelperClient,
  store: ProfileStore,
  made: Profile,
  { privateKey, presharedKey }: WireGuardFile,
  earlier: Profile | null,
): Promise<Result<void, ImportError>> {
  const stored = await client.keysList();
  if (!stored.ok) {
    return stored;
  }
  const known = stored.value.keys.some(({ publicKey }) => publicKey === made.publicKey);
  const put = await client.keysPut(
    presharedKey === undefined ? { privateKey } : { privateKey, presharedKey },
  );
  if (!put.ok) {
    return put;
  }
  const written = await (earlier === null ? store.create(made) : store.replace(made));
  if (!written.ok) {
    // The write is what failed; that the key could not be taken back as well would only hide it.
    await (known ? undefined : client.keysDelete(made.publicKey));
    return written;
  }
  if (earlier !== null && earlier.publicKey !== made.publicKey) {
    await deleteUnusedKey(client, store, earlier.publicKey);
  }
  return ok(undefined);
}
