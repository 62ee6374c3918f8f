import type {
  Cause,
  Reachability,
  Reading,
  Step,
  TunnelStatus,
} from '../helper-protocol/status.ts';

/** Why the helper cannot be used; `ok` when it can. `not-authorised` still lets a status be read. */
export type HelperState =
  | 'ok'
  | 'helper-missing'
  | 'untrusted-helper'
  | 'helper-version'
  | 'not-authorised';

export type WaitingWhy = Extract<
  Cause,
  'no-network' | 'name-unresolved' | 'no-answer' | 'captive-portal'
>;
export type FailedCause = Exclude<Cause, WaitingWhy> | Exclude<HelperState, 'ok'>;
export type DegradedReason = 'link' | 'ethernet' | 'internet' | 'address-tentative';

/** What a profile is doing. Times are RFC 3339 in UTC, `rttMs` is the hub's over Ethernet in milliseconds. */
export type SessionState =
  | { readonly state: 'off' }
  | { readonly state: 'connecting'; readonly step: Exclude<Step, 'up'> }
  | { readonly state: 'verified'; readonly since: string; readonly rttMs: number | null }
  | { readonly state: 'degraded'; readonly reasons: readonly DegradedReason[] }
  | { readonly state: 'roaming'; readonly since: string }
  | { readonly state: 'waiting'; readonly why: WaitingWhy; readonly detail: string }
  | { readonly state: 'failed'; readonly cause: FailedCause; readonly detail: string };

/** The words of all states. */
export type SessionWord = SessionState['state'];

/** What a person asked for in this process; what the helper holds is in `observed`. */
export type Desire = { readonly wanted: boolean };

/**
 * The state of one profile, from what is desired, what the helper last told of its tunnel (undefined: the
 * helper holds none of this name) and whether the helper can be used. Verified is said of verified traffic
 * only: link and Ethernet answered, the address is past DAD, and nothing is known to be wrong.
 */
export function sessionState(
  desired: Desire,
  observed: TunnelStatus | undefined,
  helper: HelperState,
): SessionState {
  if (helper !== 'ok' && (helper !== 'not-authorised' || (desired.wanted && !observed))) {
    return { state: 'failed', cause: helper, detail: HELPER_DETAIL[helper] };
  }
  if (observed === undefined) {
    return desired.wanted ? { state: 'connecting', step: 'key' } : { state: 'off' };
  }
  return faultState(observed) ?? roamingState(observed) ?? trafficState(observed);
}

const HELPER_DETAIL: Record<Exclude<HelperState, 'ok'>, string> = {
  'helper-missing': 'The helper is not running.',
  'untrusted-helper': "The helper's socket does not belong to root.",
  'helper-version': 'The helper speaks another version of the protocol.',
  'not-authorised': 'Only root and the operators of this machine may change tunnels.',
};

function faultState({ fault, dad }: TunnelStatus): SessionState | undefined {
  if (fault === null) {
    return dad === 'duplicate'
      ? {
          state: 'failed',
          cause: 'duplicate-identity',
          detail: 'Another device has this identity.',
        }
      : undefined;
  }
  const { cause, detail } = fault;
  switch (cause) {
    case 'no-network':
    case 'name-unresolved':
    case 'no-answer':
    case 'captive-portal':
      return { state: 'waiting', why: cause, detail };
    default:
      return { state: 'failed', cause, detail };
  }
}

function roamingState({ roam }: TunnelStatus): SessionState | undefined {
  return roam.since === null ? undefined : { state: 'roaming', since: roam.since };
}

function trafficState(observed: TunnelStatus): SessionState {
  const { verifiedSince, reachability, dad, step } = observed;
  const { link, ethernet, internet } = reachability;
  const answered = link.ok === true && ethernet.ok === true && dad === 'ok';
  if (verifiedSince !== null && answered && internet.ok !== false) {
    return { state: 'verified', since: verifiedSince, rttMs: hubRttMs(reachability) };
  }
  const reasons = degradedReasons(observed);
  if (reasons.length > 0 && (step === 'up' || (verifiedSince !== null && answered))) {
    return { state: 'degraded', reasons };
  }
  // The helper says up of traffic verified before; until the readings say so again it is being verified.
  return { state: 'connecting', step: step === 'up' ? 'verify' : step };
}

/** The hub's round-trip time in milliseconds: over Ethernet, which is what matters, else over the link. */
export function hubRttMs({ ethernet, link }: Reachability): number | null {
  return ethernet.rttMs ?? link.rttMs;
}

function degradedReasons({ reachability, dad }: TunnelStatus): DegradedReason[] {
  const bad = (reading: Reading) => reading.ok === false;
  return [
    ...(bad(reachability.link) ? (['link'] as const) : []),
    ...(bad(reachability.ethernet) ? (['ethernet'] as const) : []),
    ...(bad(reachability.internet) ? (['internet'] as const) : []),
    ...(dad === 'tentative' ? (['address-tentative'] as const) : []),
  ];
}
