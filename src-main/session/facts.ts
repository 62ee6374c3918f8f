import { type HelperView, overview, type ProfileView } from '../../src-engine/session/overview.ts';
import type { TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import type {
  AppState,
  HelperFacts,
  NetworkFacts,
  Notice,
  ObservedFacts,
  ProfileFacts,
  TrayPresence,
} from '../../src-shared/ipc/app-state.ts';
import { allowedActions } from '../../src-shared/model/allowed-actions.ts';
import type { Profile } from '../../src-shared/model/profile.ts';
import type { NamedError } from '../../src-shared/model/result.ts';
import { roamsToday } from './roams-today.ts';
import type { StoredSettings } from './settings.ts';

/** All that the state of the app is made of. */
export type Facts = {
  readonly version: string;
  /** Undefined before the first answer. */
  readonly helper: HelperView | undefined;
  readonly installing: boolean;
  readonly profiles: readonly Profile[];
  readonly profilesError: NamedError | null;
  /** What was asked for and is not answered yet, by the profile's name. */
  readonly pending: ReadonlyMap<string, 'connect' | 'disconnect'>;
  readonly tray: TrayPresence;
  readonly notice: Notice | null;
  readonly settings: StoredSettings;
};

/** What the operating system tells beside the helper. */
export type Surroundings = {
  readonly now: Date;
  readonly networkKind: (interfaceName: string) => NetworkFacts['kind'];
};

/** The state of the app. Pure but for what `around` answers. */
export function appState(facts: Facts, around: Surroundings): AppState {
  const { version, helper, profilesError, tray, notice, settings } = facts;
  const profiles = views(facts).map((view) => profileFacts(view, facts, around));
  return {
    version,
    helper: helperFacts(helper, facts.installing),
    profiles,
    profilesError,
    chosen: chosenOf(profiles, settings.chosen),
    tray,
    notice,
    settings: { onQuit: settings.onQuit },
  };
}

// Before the first answer nothing is known to be wrong, so nothing is said to be.
const NOT_ASKED: HelperView = {
  state: 'ok',
  hello: { protocol: 1, version: '-', access: 'read', engines: [] },
  status: { version: '-', tunnels: [] },
};

function views({ profiles, helper = NOT_ASKED, pending }: Facts): readonly ProfileView[] {
  const wanted = [...pending].filter(([, what]) => what === 'connect').map(([name]) => name);
  return overview(profiles, helper, new Set(wanted));
}

function helperFacts(helper: HelperView | undefined, installing: boolean): HelperFacts {
  if (helper === undefined) {
    return { state: 'looking', detail: '', version: null, access: null, installing };
  }
  if (helper.state !== 'ok') {
    const { message } = helper.reason;
    return { state: helper.state, detail: message, version: null, access: null, installing };
  }
  const { version, access } = helper.hello;
  const state = access === 'write' ? 'ok' : 'not-authorised';
  return { state, detail: '', version, access, installing };
}

function profileFacts(view: ProfileView, facts: Facts, around: Surroundings): ProfileFacts {
  const { name, state, address, prefix, observed, profile } = view;
  const access = facts.helper?.state === 'ok' ? facts.helper.hello.access : null;
  return {
    name,
    state,
    pending: facts.pending.get(name) ?? null,
    address,
    prefix,
    hub: profile?.hub.endpoint ?? null,
    observed: observed === undefined ? null : observedFacts(observed, around),
    actions: allowedActions({ state, held: observed !== undefined, access, address }),
  };
}

function observedFacts(observed: TunnelStatus, { now, networkKind }: Surroundings): ObservedFacts {
  const { step, reachability, endpoint, lastHandshake, verifiedSince, interfaces } = observed;
  const { engine, underlay, roam } = observed;
  return {
    step,
    reachability,
    network: underlay && { kind: networkKind(underlay.interface), ...underlay },
    endpoint,
    lastHandshake,
    verifiedSince,
    interfaces,
    engine,
    roamsToday: roamsToday(roam, now),
  };
}

/** The remembered one while it exists, else one that is up, else the first. */
function chosenOf(profiles: readonly ProfileFacts[], remembered: string | null): string | null {
  const chosen =
    profiles.find(({ name }) => name === remembered) ??
    profiles.find(({ observed }) => observed !== null) ??
    profiles[0];
  return chosen?.name ?? null;
}
