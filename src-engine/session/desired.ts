import { MAX_TUNNELS, type Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import type { Status, TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { type Profile, tunnelOf } from '../../src-shared/model/profile.ts';
import { fail, type NamedError, ok, type Result } from '../../src-shared/model/result.ts';
import { noSuchProfile } from '../profiles/profile-store.ts';

export type DesiredErrorName = 'no-such-profile' | 'foreign-tunnel' | 'too-many-tunnels';
type DesiredError = NamedError<DesiredErrorName>;
type Composed = Result<readonly Tunnel[], DesiredError>;

// The helper is set as a whole and tells of its tunnels by name and identity only, so the others are made again
// from profiles. One that no profile here describes (another user's) would be lost, and is refused instead.

/** The whole configuration with `name` added: what the helper holds, and the profile. */
export function desiredWith(name: string, held: Status, profiles: readonly Profile[]): Composed {
  const profile = profiles.find((candidate) => candidate.name === name);
  if (profile === undefined) {
    return noSuchProfile(name);
  }
  const same = held.tunnels.find((tunnel) => tunnel.name === name);
  if (same !== undefined && !describes(profile, same)) {
    return foreign('a tunnel of this name is up that is not of your profile', name);
  }
  const others = remake(name, held, profiles);
  if (!others.ok) {
    return others;
  }
  if (others.value.length >= MAX_TUNNELS) {
    const message = `the helper holds ${MAX_TUNNELS} tunnels already`;
    return fail({ name: 'too-many-tunnels', message });
  }
  // In the helper's own order, because another order would be another configuration.
  const position = same === undefined ? others.value.length : held.tunnels.indexOf(same);
  const { value } = others;
  return ok([...value.slice(0, position), tunnelOf(profile), ...value.slice(position)]);
}

/** The whole configuration without `name`. */
export function desiredWithout(name: string, held: Status, profiles: readonly Profile[]): Composed {
  return remake(name, held, profiles);
}

/** What the helper holds, except `name`. */
function remake(name: string, held: Status, profiles: readonly Profile[]): Composed {
  const tunnels: Tunnel[] = [];
  for (const other of held.tunnels.filter((tunnel) => tunnel.name !== name)) {
    const profile = profiles.find((candidate) => describes(candidate, other));
    if (profile === undefined) {
      const message = 'a tunnel is up that none of your profiles describes; it would be taken down';
      return foreign(message, other.name);
    }
    tunnels.push(tunnelOf(profile));
  }
  return ok(tunnels);
}

// A reader is not told the key.
function describes(profile: Profile, { name, mac, publicKey }: TunnelStatus): boolean {
  const sameKey = publicKey === '' || publicKey === profile.publicKey;
  return profile.name === name && profile.mac === mac.toLowerCase() && sameKey;
}

function foreign(message: string, name: string): Result<never, DesiredError> {
  return fail({ name: 'foreign-tunnel', message, quoted: name });
}
