import type { AppState, HelperFacts, ObservedFacts, ProfileFacts } from '../ipc/app-state.ts';
import { allowedActions } from '../model/allowed-actions.ts';
import type { SessionState } from '../model/session-state.ts';

export const workingHelper: HelperFacts = {
  state: 'ok',
  detail: '',
  version: '0.1.0',
  access: 'write',
  installing: false,
};

/** A level that nobody has measured yet. */
export const unread = { ok: null, rttMs: null, at: null };

/** What is observed of a tunnel that is up since `at`. */
export function observedUp(at: string, over: Partial<ObservedFacts> = {}): ObservedFacts {
  return {
    step: 'up',
    reachability: { link: unread, ethernet: unread, internet: unread },
    network: { kind: 'wifi', interface: 'wlan0', address: '192.168.88.20' },
    endpoint: '203.0.113.4:23450',
    lastHandshake: at,
    verifiedSince: at,
    interfaces: { link: 'mwg0', tap: 'mtap0' },
    engine: 'kernel',
    roamsToday: { count: 0, atLeast: false, last: null },
    ...over,
  };
}

type ProfileParts = Partial<ProfileFacts> & { readonly access?: HelperFacts['access'] };

/** A profile in a state; what may be pressed follows from the rest, as in the main process. */
export function profileIn(state: SessionState, parts: ProfileParts = {}): ProfileFacts {
  const { access = 'write', ...over } = parts;
  const { observed = null, address = null } = over;
  return {
    name: 'home',
    state,
    pending: null,
    address,
    prefix: null,
    hub: 'hub.example:23450',
    observed,
    actions: allowedActions({ state, held: observed !== null, access, address }),
    ...over,
  };
}

/** The app's state around profiles, the first of them chosen. */
export function appOf(
  profiles: readonly ProfileFacts[],
  over: Partial<Omit<AppState, 'helper'>> & { readonly helper?: Partial<HelperFacts> } = {},
): AppState {
  const { helper, ...rest } = over;
  return {
    version: '0.1.0',
    helper: { ...workingHelper, ...helper },
    profiles,
    profilesError: null,
    chosen: profiles[0]?.name ?? null,
    tray: 'shown',
    notice: null,
    settings: { onQuit: 'ask' },
    ...rest,
  };
}
