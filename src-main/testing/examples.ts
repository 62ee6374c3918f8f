import type { ObservedFacts, ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import type { SessionState } from '../../src-shared/model/session-state.ts';
import { profileIn as bareProfile } from '../../src-shared/testing/app-state.ts';

export const AT = '2026-11-25T08:00:00Z';
export const ADDRESS = '2001:db8::10ab:34ff:fecd:56ef';

const unread = { ok: null, rttMs: null, at: null };
const answered = { ok: true, rttMs: 21.2, at: AT };

/** A profile in a state; up unless the state is `off`. */
export function profileIn(state: SessionState, over: Partial<ProfileFacts> = {}): ProfileFacts {
  const level = state.state === 'verified' ? answered : unread;
  const observed: ObservedFacts = {
    step: 'up',
    reachability: { link: level, ethernet: level, internet: level },
    network: { kind: 'wifi', interface: 'wlan0', address: '192.168.88.20' },
    endpoint: '203.0.113.4:23450',
    lastHandshake: AT,
    verifiedSince: AT,
    interfaces: { link: 'mwg0', tap: 'mtap0' },
    engine: 'kernel',
    roamsToday: { count: 0, atLeast: false, last: null },
  };
  const held = state.state === 'off' ? null : observed;
  return bareProfile(state, {
    address: ADDRESS,
    prefix: '2001:db8::/64',
    observed: held,
    ...over,
  });
}
