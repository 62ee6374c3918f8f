import { addressOf } from '../../src-shared/model/profile.ts';
import { chooseProfile } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Everything that a profile says; there is no secret in it. */
export async function profileShow(
  context: Context,
  name: string | undefined,
  { json }: { readonly json: boolean },
): Promise<number> {
  const chosen = await chooseProfile(context, name);
  if (!chosen.ok) {
    return complain(context, chosen.error);
  }
  const profile = chosen.value;
  if (json) {
    context.stdout(`${JSON.stringify(profile, null, 2)}\n`);
    return EXIT.ok;
  }
  const learned =
    profile.learnedPrefix === null ? 'not known yet' : `${profile.learnedPrefix} (learned)`;
  const rows = [
    ['name', profile.name],
    ['address', addressOf(profile) ?? 'not known yet'],
    ['prefix', profile.prefix ?? learned],
    ['mac', profile.mac],
    ['public key', profile.publicKey],
    ['link address', profile.address],
    ['listen port', profile.listenPort === 0 ? 'any' : String(profile.listenPort)],
    ['hub endpoint', profile.hub.endpoint],
    ['hub address', profile.hub.address],
    ['hub key', profile.hub.publicKey],
    ['tx offload', profile.txOffload],
    ['engine', profile.engine],
  ] as const;
  context.stdout(rows.map(([label, value]) => `${label.padEnd(12)}  ${value}\n`).join(''));
  return EXIT.ok;
}
