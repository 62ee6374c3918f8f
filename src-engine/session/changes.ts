import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import type { Status } from '../../src-shared/helper-protocol/status.ts';
import { knownPrefix, type Profile } from '../../src-shared/model/profile.ts';
import { fail, type NamedError, ok, type Result } from '../../src-shared/model/result.ts';
import type { HelperFailure } from '../helper-client/failure.ts';
import type { HelperClient } from '../helper-client/helper-client.ts';
import type { ProfileStore, StoreError } from '../profiles/profile-store.ts';
import { type DesiredErrorName, desiredWith, desiredWithout } from './desired.ts';

export type ChangeError = HelperFailure | StoreError | NamedError<DesiredErrorName>;
type Changed = Promise<Result<{ readonly changed: boolean }, ChangeError>>;

type Compose = typeof desiredWith;

/** Makes the profile `name` desired beside what is. The same twice is no change. */
export function bringUp(client: HelperClient, store: ProfileStore, name: string): Changed {
  return change(client, store, name, desiredWith);
}

/** Makes the profile `name` no longer desired; when it was not, nothing changes. */
export function takeDown(client: HelperClient, store: ProfileStore, name: string): Changed {
  return change(client, store, name, desiredWithout);
}

/** Takes down every tunnel of this machine, whoever brought it up. */
export function takeAllDown(client: HelperClient): Changed {
  return client.set({ desired: null });
}

async function change(
  client: HelperClient,
  store: ProfileStore,
  name: string,
  compose: Compose,
): Changed {
  const held = await client.status();
  if (!held.ok) {
    return held;
  }
  const listed = await store.list();
  if (!listed.ok) {
    return listed;
  }
  const desired = compose(name, held.value, listed.value.profiles);
  return desired.ok ? apply(client, desired.value) : desired;
}

async function apply(client: HelperClient, tunnels: readonly Tunnel[]): Changed {
  const set = await client.set({
    desired: tunnels.length === 0 ? null : { tunnels: [...tunnels] },
  });
  return set.ok || set.error.field === undefined
    ? set
    : fail({ ...set.error, field: fieldOfProfile(set.error.field, tunnels) });
}

/** `desired.tunnels[0].engine` as `home.engine`: a person knows profiles and not their order. */
function fieldOfProfile(field: string, tunnels: readonly Tunnel[]): string {
  return field.replace(
    /^desired\.tunnels\[(\d+)\]/,
    (place, index: string) => tunnels[Number(index)]?.name ?? place,
  );
}

/** Keeps prefixes that the helper heard, so that addresses are known before the next connect. */
export async function keepLearnedPrefixes(
  store: ProfileStore,
  status: Status,
): Promise<Result<readonly string[], StoreError>> {
  const listed = await store.list();
  if (!listed.ok) {
    return listed;
  }
  const kept: string[] = [];
  for (const profile of withLearnedPrefixes(listed.value.profiles, status)) {
    const written = await store.replace(profile);
    if (!written.ok) {
      return written;
    }
    kept.push(profile.name);
  }
  return ok(kept);
}

/** The profiles whose prefix the helper heard and they do not know, with that prefix. */
export function withLearnedPrefixes(
  profiles: readonly Profile[],
  status: Status,
): readonly Profile[] {
  return profiles.flatMap((profile) => {
    const observed = status.tunnels.find(({ name }) => name === profile.name);
    const heard = observed?.mac.toLowerCase() === profile.mac ? observed.prefix : null;
    return heard === null || profile.prefix !== null || heard === knownPrefix(profile)
      ? []
      : [{ ...profile, learnedPrefix: heard }];
  });
}
