import type { Reachability, Step } from '../helper-protocol/status.ts';
import type { Action, Permission } from '../model/allowed-actions.ts';
import type { NamedError } from '../model/result.ts';
import type { HelperState, SessionState } from '../model/session-state.ts';

/**
 * All that tray and window show, as one value that crosses to the window as it is. It holds no secret. Times are
 * RFC 3339 in UTC.
 */
export type AppState = {
  readonly version: string;
  readonly helper: HelperFacts;
  /** Every profile of this user by name, then tunnels that none of them describes. */
  readonly profiles: readonly ProfileFacts[];
  /** Why the profiles on disk could not be read; null when they could. */
  readonly profilesError: NamedError | null;
  /** The name of the profile that tray and window are about; null when there is none. */
  readonly chosen: string | null;
  readonly tray: TrayPresence;
  /** What last went wrong of something asked for, until the next is asked for or it is dismissed. */
  readonly notice: Notice | null;
  readonly settings: Settings;
};

/** `absent`: no host for it showed up in time, so the window is all there is. */
export type TrayPresence = 'looking' | 'shown' | 'absent';

export type HelperFacts = {
  /** `looking` before the first answer, so that nothing is offered that is not needed. */
  readonly state: HelperState | 'looking';
  readonly detail: string;
  readonly version: string | null;
  readonly access: 'read' | 'write' | null;
  /** It is being installed or removed at this moment. */
  readonly installing: boolean;
};

export type ProfileFacts = {
  readonly name: string;
  readonly state: SessionState;
  /** What was asked for and is not answered yet. */
  readonly pending: 'connect' | 'disconnect' | null;
  readonly address: string | null;
  readonly prefix: string | null;
  /** Where the hub is, as the profile has it: host and port. */
  readonly hub: string | null;
  readonly observed: ObservedFacts | null;
  readonly actions: Record<Action, Permission>;
};

/** What the helper tells of a tunnel, as far as a person wants to know. */
export type ObservedFacts = {
  readonly step: Step;
  readonly reachability: Reachability;
  readonly network: NetworkFacts | null;
  /** The hub's address and port that are used at present. */
  readonly endpoint: string | null;
  readonly lastHandshake: string | null;
  readonly verifiedSince: string | null;
  readonly interfaces: { readonly link: string; readonly tap: string };
  readonly engine: 'kernel' | 'userspace' | null;
  readonly roamsToday: RoamsToday;
};

/** The underlay: which interface, of which kind, and our address there. */
export type NetworkFacts = {
  readonly kind: 'wifi' | 'ethernet' | 'mobile' | 'other';
  readonly interface: string;
  readonly address: string;
};

/** Since midnight here. `atLeast`: the helper remembers no further back, and all it remembers is of today. */
export type RoamsToday = {
  readonly count: number;
  readonly atLeast: boolean;
  /** The last outage, in milliseconds, and when it ended; null when there was none today. */
  readonly last: { readonly outageMs: number; readonly at: string } | null;
};

export type Notice = {
  readonly about: 'connect' | 'disconnect' | 'copy' | 'helper' | 'settings';
  readonly error: NamedError;
};

/** What happens to the connection when the app is quit. */
export const ON_QUIT = ['ask', 'keep', 'disconnect'] as const;
export type OnQuit = (typeof ON_QUIT)[number];

export type Settings = { readonly onQuit: OnQuit };
