import type { AppState, ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import { allowedActions } from '../../src-shared/model/allowed-actions.ts';
import type { SessionState } from '../../src-shared/model/session-state.ts';

export const AT = '2026-11-25T08:00:00Z';
export const ADDRESS = '2001:db8::10ab:34ff:fecd:56ef';

const unread = { ok: null, rttMs: null, at: null };
const answered = { ok: true, rttMs: 21.2, at: AT };

/** A profile in a state; up unless the state is `off`. */
export function profileIn(state: SessionState, over: Partial<ProfileFacts> = {}): ProfileFacts {
  const held = state.state !== 'off';
  const level = state.state === 'verified' ? answered : unread;
  return {
    name: 'home',
    state,
    pending: null,
    address: ADDRESS,
    prefix: '2001:db8::/64',
    hub: 'hub.example:23450',
    observed: held
      ? {
          step: 'up',
          reachability: { link: level, ethernet: level, internet: level },
          network: { kind: 'wifi', interface: 'wlan0', address: '192.168.88.20' },
          endpoint: '203.0.113.4:23450',
          lastHandshake: AT,
          verifiedSince: AT,
          interfaces: { link: 'mwg0', tap: 'mtap0' },
          engine: 'kernel',
          roamsToday: { count: 0, atLeast: false, last: null },
        }
      : null,
    actions: allowedActions({ state, held, access: 'write', address: ADDRESS }),
    ...over,
  };
}

/** The app with these profiles, the first of them chosen. */
export function appWith(profiles: readonly ProfileFacts[], over: Partial<AppState> = {}): AppState {
  return {
    version: '0.1.0',
    helper: { state: 'ok', detail: '', version: '0.1.0', access: 'write', installing: false },
    profiles,
    profilesError: null,
    chosen: profiles[0]?.name ?? null,
    tray: 'shown',
    notice: null,
    settings: { onQuit: 'ask' },
    ...over,
  };
}
