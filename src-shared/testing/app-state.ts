import type { AppState, HelperFacts, ProfileFacts } from '../ipc/app-state.ts';
import { allowedActions } from '../model/allowed-actions.ts';
import type { SessionState } from '../model/session-state.ts';

export const workingHelper: HelperFacts = {
  state: 'ok',
  detail: '',
  version: '0.1.0',
  access: 'write',
  installing: false,
};

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
