import { randomBytes } from 'node:crypto';
import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import { formatMac, macFromRandom } from '../../src-shared/model/mac.ts';
import type { Profile } from '../../src-shared/model/profile.ts';
import { checkProfileName } from '../../src-shared/model/profile-name.ts';
import { fail, type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';
import {
  type FileKey,
  parseWireGuardFile,
  type WireGuardFile,
} from '../../src-shared/model/wireguard-file.ts';
import { checkHubKey } from '../../src-shared/model/wireguard-key.ts';
import type { FileError, Warning } from '../../src-shared/model/wireguard-lines.ts';
import type { HelperClient } from '../helper-client/helper-client.ts';
import { publicKeyOf } from '../keys/key-pair.ts';
import { checkDown } from './check-down.ts';
import { type ProfileStore, profileExists } from './profile-store.ts';
import { deleteUnusedKey } from './remove-profile.ts';

/** Of the file (with its line), of the store, of the helper, `profile-up`, `key-mismatch` or `key-missing`. */
export type ImportError = NamedError & Partial<Pick<FileError, 'line' | 'suggestion'>>;

export type Imported = {
  readonly profile: Profile;
  readonly warnings: readonly Warning[];
  /** Whether the private key came from the file, or was the helper's before. */
  readonly key: FileKey['kind'];
};

export type ImportOrder = {
  readonly name: string;
  /** The file's text; a private key in it goes to the helper and nowhere else. */
  readonly text: string;
  /** Whether a profile of this name may be written over. Its MAC is kept if the file has none. */
  readonly replace: boolean;
};

/**
 * Reads a WireGuard file, gives its private key to the helper and writes the profile: both or, when the
 * profile cannot be written, neither. A file that only names a key stores none: the helper must hold it.
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
  const { warnings, key } = file.value;
  return kept.ok ? ok({ profile: made.value, warnings, key: key.kind }) : kept;
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
    return profileExists(name);
  }
  const down = await checkDown(client, name);
  return down.ok ? earlier : down;
}

function makeProfile(
  name: string,
  file: WireGuardFile,
  earlier: Profile | null,
): Result<Profile, ImportError> {
  const publicKey = ownKey(file.key);
  if (!publicKey.ok) {
    return publicKey;
  }
  const hubKey = checkHubKey(file.hub.publicKey, publicKey.value);
  if (!hubKey.ok) {
    return fail({ ...hubKey.error, field: 'Peer.PublicKey' });
  }
  const tunnel: Tunnel = {
    name,
    publicKey: publicKey.value,
    listenPort: file.listenPort,
    address: file.address,
    hub: file.hub,
    mac: file.mac ?? earlier?.mac ?? formatMac(macFromRandom(randomBytes(6))),
    prefix: file.prefix,
    txOffload: earlier?.txOffload ?? 'auto',
    engine: earlier?.engine ?? 'auto',
  };
  const sameHub = earlier?.hub.publicKey === file.hub.publicKey;
  return ok({ version: 1, ...tunnel, learnedPrefix: sameHub ? earlier.learnedPrefix : null });
}

/** The public half of the file's key, which is what the file says of it, if it does. */
function ownKey(key: FileKey): Result<string, ImportError> {
  if (key.kind === 'held') {
    return ok(key.publicKey);
  }
  const made = publicKeyOf(key.privateKey);
  if (!made.ok || key.publicKey === undefined || key.publicKey === made.value) {
    return made;
  }
  const message = `PrivateKey belongs to another public key, ${made.value}; leave one of them out`;
  const { error } = wrong('key-mismatch', message, key.publicKey);
  return fail({ ...error, field: NAMED_KEY });
}

const NAMED_KEY = 'Mooring.PublicKey';

async function keep(
  client: HelperClient,
  store: ProfileStore,
  made: Profile,
  { key }: WireGuardFile,
  earlier: Profile | null,
): Promise<Result<void, ImportError>> {
  const stored = await client.keysList();
  if (!stored.ok) {
    return stored;
  }
  const known = stored.value.keys.some(({ publicKey }) => publicKey === made.publicKey);
  const stands = key.kind === 'held' ? mustBeKnown(known, key.publicKey) : await put(client, key);
  if (!stands.ok) {
    return stands;
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

function mustBeKnown(known: boolean, publicKey: string): Result<void, ImportError> {
  if (known) {
    return ok(undefined);
  }
  const { error } = wrong('key-missing', 'the helper holds no private key of this one', publicKey);
  return fail({ ...error, field: NAMED_KEY });
}

function put(
  client: HelperClient,
  { privateKey, presharedKey }: Extract<FileKey, { kind: 'in-file' }>,
): Promise<Result<unknown, ImportError>> {
  return client.keysPut(presharedKey === undefined ? { privateKey } : { privateKey, presharedKey });
}
