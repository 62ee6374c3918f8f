import { type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';
import type { HelperFailure } from '../helper-client/failure.ts';
import type { HelperClient } from '../helper-client/helper-client.ts';

/** Asks the helper whether a tunnel of this name is up; one that is, is the error `profile-up`. */
export async function checkDown(
  client: HelperClient,
  name: string,
): Promise<Result<void, HelperFailure | NamedError<'profile-up'>>> {
  const status = await client.status();
  if (!status.ok) {
    return status;
  }
  return status.value.tunnels.some((tunnel) => tunnel.name === name)
    ? wrong('profile-up', 'take the profile down first', name)
    : ok(undefined);
}
