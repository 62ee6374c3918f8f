import type { HelperClient } from '../../src-engine/helper-client/helper-client.ts';
import { type ChangeError, takeAllDown, takeDown } from '../../src-engine/session/changes.ts';
import { checkProfileName } from '../../src-shared/model/profile-name.ts';
import { fail, type NamedError, ok, type Result } from '../../src-shared/model/result.ts';
import { several } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export type DownOptions = { readonly all: boolean };

type Said = Result<string, ChangeError | NamedError>;

/** Takes a tunnel down: the named one, the only one, or all. What is not up is no error. */
export async function down(
  context: Context,
  name: string | undefined,
  { all }: DownOptions,
): Promise<number> {
  if (all && name !== undefined) {
    return complain(context, { name: 'bad-usage', message: 'either a profile or --all' });
  }
  const done = await withHelper(context, (client) =>
    all
      ? everything(client)
      : name === undefined
        ? theOnly(context, client)
        : one(context, client, name),
  );
  if (!done.ok) {
    return complain(context, done.error);
  }
  context.stderr(`${done.value}\n`);
  return EXIT.ok;
}

async function everything(client: HelperClient): Promise<Said> {
  const set = await takeAllDown(client);
  return set.ok ? ok(set.value.changed ? 'all tunnels are down' : 'nothing was up') : set;
}

async function theOnly(context: Context, client: HelperClient): Promise<Said> {
  const status = await client.status();
  if (!status.ok) {
    return status;
  }
  const names = status.value.tunnels.map((tunnel) => tunnel.name);
  const [only] = names;
  if (only === undefined) {
    return ok('nothing was up');
  }
  return names.length > 1 ? fail(several(names)) : one(context, client, only);
}

async function one({ store }: Context, client: HelperClient, name: string): Promise<Said> {
  const checked = checkProfileName(name);
  if (!checked.ok) {
    return checked;
  }
  const set = await takeDown(client, store, name);
  if (!set.ok) {
    return set;
  }
  if (set.value.changed) {
    return ok(`${name} is down`);
  }
  const known = await store.read(name);
  return known.ok ? ok(`${name} was not up`) : known;
}
