import { keepLearnedPrefixes } from '../../src-engine/session/changes.ts';
import { addressOf } from '../../src-shared/model/profile.ts';
import { chooseProfile } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** The stable address alone on a line: by the profile's prefix, else as the helper sees it. */
export async function address(context: Context, name: string | undefined): Promise<number> {
  const chosen = await chooseProfile(context, name);
  if (!chosen.ok) {
    return complain(context, chosen.error);
  }
  const known = addressOf(chosen.value);
  if (known !== null) {
    context.stdout(`${known}\n`);
    return EXIT.ok;
  }
  const status = await withHelper(context, (client) => client.status());
  if (!status.ok) {
    return complain(context, status.error);
  }
  const observed = status.value.tunnels.find((tunnel) => tunnel.name === chosen.value.name);
  if (!observed?.address) {
    const hint = `its prefix is learned at the first connect: mooring up ${chosen.value.name}`;
    context.stderr(`mooring: the address is not known yet; ${hint}\n`);
    return EXIT.notVerified;
  }
  await keepLearnedPrefixes(context.store, status.value);
  context.stdout(`${observed.address}\n`);
  return EXIT.ok;
}
