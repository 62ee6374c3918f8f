import { addressOf } from '../../src-shared/model/profile.ts';
import { NO_PROFILE, warnOfDamaged } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** One profile a line: name, endpoint, address. What is damaged is said on stderr. */
export async function profileList(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<number> {
  const listed = await context.store.list();
  if (!listed.ok) {
    return complain(context, listed.error);
  }
  const { profiles, damaged } = listed.value;
  warnOfDamaged(context, damaged);
  if (json) {
    context.stdout(`${JSON.stringify(profiles, null, 2)}\n`);
    return EXIT.ok;
  }
  if (profiles.length === 0) {
    context.stderr(`${NO_PROFILE.message}\n`);
  }
  const width = Math.max(0, ...profiles.map(({ name }) => name.length));
  for (const profile of profiles) {
    const address = addressOf(profile) ?? 'address not known yet';
    context.stdout(`${profile.name.padEnd(width)}  ${profile.hub.endpoint}  ${address}\n`);
  }
  return EXIT.ok;
}
