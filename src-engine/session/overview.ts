import type { Hello } from '../../src-shared/helper-protocol/replies.ts';
import type { Status, TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { addressOf, knownPrefix, type Profile } from '../../src-shared/model/profile.ts';
import {
  type HelperState,
  type SessionState,
  sessionState,
} from '../../src-shared/model/session-state.ts';
import type { HelperFailure } from '../helper-client/failure.ts';
import type { HelperEvent } from '../helper-client/watch.ts';

/** What is known of the helper: its greeting and last snapshot, or why there is none. */
export type HelperView =
  | { readonly state: 'ok'; readonly hello: Hello; readonly status: Status }
  | { readonly state: Exclude<HelperState, 'ok'>; readonly reason: HelperFailure };

/**
 * One line of a status: a profile of ours, a tunnel that the helper holds, or both under one name.
 * `address` and `prefix` are known before the first connect when the profile knows the prefix.
 */
export type ProfileView = {
  readonly name: string;
  readonly profile: Profile | undefined;
  readonly observed: TunnelStatus | undefined;
  readonly state: SessionState;
  readonly address: string | null;
  readonly prefix: string | null;
};

export function helperView(event: HelperEvent): HelperView {
  return event.kind === 'status'
    ? { state: 'ok', hello: event.hello, status: event.status }
    : { state: helperState(event.reason), reason: event.reason };
}

/** The word for why the helper cannot be used; whatever is not its own word is a helper not there. */
export function helperState(reason: HelperFailure): Exclude<HelperState, 'ok'> {
  switch (reason.name) {
    case 'untrusted-helper':
    case 'helper-version':
    case 'not-authorised':
      return reason.name;
    default:
      return 'helper-missing';
  }
}

/** All profiles by name, then tunnels that no profile here describes. `wanted` names what was asked for. */
export function overview(
  profiles: readonly Profile[],
  helper: HelperView,
  wanted: ReadonlySet<string> = new Set(),
): readonly ProfileView[] {
  const tunnels = helper.state === 'ok' ? helper.status.tunnels : [];
  const foreign = tunnels.filter(({ name }) => !profiles.some((profile) => profile.name === name));
  const names = [...profiles.map(({ name }) => name), ...foreign.map(({ name }) => name)];
  return names.map((name) => {
    const profile = profiles.find((candidate) => candidate.name === name);
    const observed = tunnels.find((tunnel) => tunnel.name === name);
    return {
      name,
      profile,
      observed,
      state: sessionState({ wanted: wanted.has(name) }, observed, helper.state),
      address: observed?.address ?? (profile === undefined ? null : addressOf(profile)),
      prefix: observed?.prefix ?? (profile === undefined ? null : knownPrefix(profile)),
    };
  });
}
