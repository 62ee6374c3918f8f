import type { ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import type { SessionState } from '../../src-shared/model/session-state.ts';
import {
  profileIn as bareProfile,
  observedUp,
  unread,
} from '../../src-shared/testing/app-state.ts';

export const AT = '2026-11-25T08:00:00Z';
export const ADDRESS = '2001:db8::10ab:34ff:fecd:56ef';

const answered = { ok: true, rttMs: 21.2, at: AT };

/** A profile in a state; up unless the state is `off`. */
export function profileIn(state: SessionState, over: Partial<ProfileFacts> = {}): ProfileFacts {
  const level = state.state === 'verified' ? answered : unread;
  const observed = observedUp(AT, {
    reachability: { link: level, ethernet: level, internet: level },
  });
  const held = state.state === 'off' ? null : observed;
  return bareProfile(state, {
    address: ADDRESS,
    prefix: '2001:db8::/64',
    observed: held,
    ...over,
  });
}
