import { type NamedError, ok, type Result } from '../../src-shared/model/result.ts';
import type { HelperFailure } from '../helper-client/failure.ts';
import type { HelperClient } from '../helper-client/helper-client.ts';
import { checkDown } from './check-down.ts';
import type { ProfileStore, StoreError } from './profile-store.ts';

export type RemoveError = HelperFailure | StoreError | NamedError<'profile-up'>;

/** What became of the key: kept when another profile has it, or when the helper would not delete it. */
export type Removed = { readonly key: 'deleted' | 'in-use' | HelperFailure | StoreError };

/** Removes a profile that is not up, and its private key unless another profile has the same. */
export async function removeProfile(
  client: HelperClient,
  store: ProfileStore,
  name: string,
): Promise<Result<Removed, RemoveError>> {
  const found = await store.read(name);
  if (!found.ok) {
    return found;
  }
  const down = await checkDown(client, name);
  if (!down.ok) {
    return down;
  }
  // The list is asked for first, so that one who may not delete keys does not lose the profile either.
  const keys = await client.keysList();
  if (!keys.ok) {
    return keys;
  }
  const removed = await store.remove(name);
  return removed.ok
    ? ok({ key: await deleteUnusedKey(client, store, found.value.publicKey) })
    : removed;
}

/** Deletes a key that no profile has any more. */
export async function deleteUnusedKey(
  client: HelperClient,
  store: ProfileStore,
  publicKey: string,
): Promise<Removed['key']> {
  const listed = await store.list();
  if (!listed.ok) {
    return listed.error;
  }
  // A damaged profile may be the one that has it.
  const { profiles, damaged } = listed.value;
  if (damaged.length > 0 || profiles.some((profile) => profile.publicKey === publicKey)) {
    return 'in-use';
  }
  const deleted = await client.keysDelete(publicKey);
  return deleted.ok ? 'deleted' : deleted.error;
}
