import type { Damaged } from '../src-engine/profiles/profile-store.ts';
import type { Profile } from '../src-shared/model/profile.ts';
import { fail, type NamedError, ok, type Result } from '../src-shared/model/result.ts';
import type { Context } from './context.ts';
import { printable } from './printable.ts';

/** The named profile, or the only one there is. */
export async function chooseProfile(
  { store }: Context,
  name: string | undefined,
): Promise<Result<Profile, NamedError>> {
  if (name !== undefined) {
    return store.read(name);
  }
  const listed = await store.list();
  if (!listed.ok) {
    return listed;
  }
  const { profiles, damaged } = listed.value;
  const [only] = profiles;
  if (only === undefined) {
    return damaged[0] === undefined ? fail(NO_PROFILE) : fail(damaged[0].error);
  }
  return profiles.length === 1 ? ok(only) : fail(several(profiles.map((profile) => profile.name)));
}

export const NO_PROFILE: NamedError = {
  name: 'no-such-profile',
  message: 'there is no profile yet; mooring profile import --name home FILE.conf makes one',
};

export function several(names: readonly string[]): NamedError {
  return { name: 'which-profile', message: `say which one: ${names.join(', ')}` };
}

/** Says on stderr which files are damaged. */
export function warnOfDamaged({ stderr }: Context, damaged: readonly Damaged[]): void {
  for (const { error } of damaged) {
    stderr(`mooring: ${error.name}: ${printable(error.message)}\n`);
  }
}
