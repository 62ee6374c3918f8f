import type { HelperFacts, NetworkFacts, ObservedFacts, ProfileFacts } from '../ipc/app-state.ts';
import { milliseconds } from './format.ts';
import { hubRttMs, type SessionState } from './session-state.ts';

export type LegHealth = 'good' | 'doubtful' | 'broken' | 'unknown';

/** One stretch of the way laptop – network – hub – internet; `reason` is for a person, one clause without a full stop. */
export type Leg = {
  readonly id: 'laptop-network' | 'network-hub' | 'hub-internet';
  readonly health: LegHealth;
  readonly reason: string;
};

type Judged = Omit<Leg, 'id'>;

const good = (reason: string): Judged => ({ health: 'good', reason });
const doubtful = (reason: string): Judged => ({ health: 'doubtful', reason });
const broken = (reason: string): Judged => ({ health: 'broken', reason });
const unknown = (reason: string): Judged => ({ health: 'unknown', reason });

/** The three legs in order. A leg behind one that carries nothing is unknown, never guessed from old readings. */
export function chainOf(profile: ProfileFacts, helper: HelperFacts): readonly Leg[] {
  const { observed, state } = profile;
  const legs =
    observed === null || isBlind(helper)
      ? Array<Judged>(3).fill(unknown(whyUnseen(profile, helper)))
      : seen(state, observed, helper);
  return (['laptop-network', 'network-hub', 'hub-internet'] as const).map((id, index) => ({
    id,
    ...(legs[index] ?? unknown('')),
  }));
}

const isBlind = ({ state }: HelperFacts) => state !== 'ok' && state !== 'not-authorised';

function whyUnseen({ state }: ProfileFacts, helper: HelperFacts): string {
  if (helper.state === 'looking') {
    return 'The helper is being asked';
  }
  if (isBlind(helper)) {
    return 'Not known without the helper';
  }
  return state.state === 'connecting' ? 'Not looked at yet' : 'Watched only while connected';
}

function seen(state: SessionState, observed: ObservedFacts, helper: HelperFacts): Judged[] {
  const network = networkLeg(state, observed, helper);
  const hub =
    network.health === 'broken' ? unknown('Not known without a network') : hubLeg(state, observed);
  return [network, hub, internetLeg(state, observed, hub)];
}

function networkLeg(
  state: SessionState,
  { network, reachability }: ObservedFacts,
  { access }: HelperFacts,
): Judged {
  if (state.state === 'waiting' && state.why === 'no-network') {
    return broken('This computer is on no network');
  }
  if (state.state === 'waiting' && state.why === 'captive-portal') {
    return doubtful('This network wants you to sign in first');
  }
  if (network !== null) {
    return good(`${networkWords(network.kind)}, ${network.interface}`);
  }
  if (access === 'read') {
    // Readers are not told of the network, but an answer must have come over one.
    const carries = reachability.link.ok === true;
    return carries ? good('Only operators see which it is') : unknown('Only operators see it');
  }
  return state.state === 'roaming'
    ? doubtful('Moving to another network')
    : unknown('Not looked at yet');
}

/** An underlay's kind, as a person calls it. */
export function networkWords(kind: NetworkFacts['kind']): string {
  return { wifi: 'Wi-Fi', ethernet: 'Wired', mobile: 'Mobile', other: 'Network' }[kind];
}

function hubLeg(state: SessionState, observed: ObservedFacts): Judged {
  switch (state.state) {
    case 'waiting':
      return WAITING[state.why];
    case 'failed':
      return FAILED[state.cause] ?? broken('The connection failed on this computer');
    case 'roaming':
      return doubtful('Finding the way to the hub again');
    case 'degraded':
      return state.reasons.includes('address-tentative')
        ? tentative(readingsLeg(observed))
        : readingsLeg(observed);
    default:
      return readingsLeg(observed);
  }
}

const WAITING = {
  'no-network': unknown('Not known without a network'),
  'name-unresolved': broken('The hub’s name does not resolve here'),
  'no-answer': broken('The hub does not answer'),
  'captive-portal': unknown('Not known before the sign-in'),
};

const FAILED: { readonly [cause: string]: Judged } = {
  'duplicate-identity': broken('Another device has this identity there'),
  'key-missing': broken('The helper has no key for it'),
  'kernel-lacks': broken('This system cannot build it'),
  'prefix-mismatch': doubtful('The hub announces another network than expected'),
};

const tentative = (leg: Judged): Judged =>
  leg.health === 'good' ? doubtful('The address is still being proven unique') : leg;

function readingsLeg({ reachability, lastHandshake }: ObservedFacts): Judged {
  const { link, ethernet } = reachability;
  if (ethernet.ok === false) {
    return broken(
      link.ok === true
        ? 'The hub answers over the link, but not over Ethernet'
        : 'The hub does not answer',
    );
  }
  if (link.ok === false) {
    return ethernet.ok === true
      ? doubtful('The hub answers over Ethernet, but not over the link')
      : broken('The hub does not answer over the link');
  }
  if (link.ok === true && ethernet.ok === true) {
    return good(answers('The hub answers', hubRttMs(reachability)));
  }
  if (link.ok === true || ethernet.ok === true) {
    return doubtful(`The hub answers over ${link.ok === true ? 'the link' : 'Ethernet'} so far`);
  }
  return lastHandshake === null
    ? unknown('Being brought up')
    : doubtful('The hub is there; its first answer is awaited');
}

function internetLeg(state: SessionState, { reachability }: ObservedFacts, hub: Judged): Judged {
  const carries = hub.health === 'good' || (hub.health === 'doubtful' && state.state !== 'roaming');
  const { ok, rttMs } = reachability.internet;
  if (!carries) {
    return unknown('Not known until the hub answers');
  }
  if (ok === null) {
    return unknown('Not asked yet');
  }
  return ok
    ? good(answers('The internet answers', rttMs))
    : broken('The internet behind the hub does not answer');
}

const answers = (what: string, rttMs: number | null) =>
  rttMs === null ? what : `${what} in ${milliseconds(rttMs)}`;
