import type { ProfileView } from '../src-engine/session/overview.ts';
import type { Hello } from '../src-shared/helper-protocol/replies.ts';
import type { Reachability, Reading } from '../src-shared/helper-protocol/status.ts';
import { engineText } from '../src-shared/model/engine-words.ts';
import { ago, milliseconds } from '../src-shared/model/format.ts';
import type { SessionState } from '../src-shared/model/session-state.ts';
import { printable } from './printable.ts';

/** A profile for a person, some lines. `engines` are the helper's. */
export function profileText(view: ProfileView, engines: Hello['engines'], now: Date): string {
  const { name, profile, observed, state, address } = view;
  const rows: [string, string | undefined][] = [
    ['address', address ?? 'not known before the first connect'],
    ['reached', observed === undefined ? undefined : reachabilityText(observed.reachability)],
    ['hub', observed?.endpoint ?? profile?.hub.endpoint],
    ['underlay', underlayText(view)],
    ['engine', observed?.engine ? engineText(observed.engine, engines) : undefined],
    ['handshake', observed?.lastHandshake ? moment(observed.lastHandshake, now) : undefined],
    ['roams', roamsText(view)],
    ['note', profile === undefined ? 'none of your profiles describes this tunnel' : undefined],
  ];
  const lines = rows.filter(([, text]) => text !== undefined);
  const body = lines.map(([label, text]) => `  ${label.padEnd(9)}  ${printable(text ?? '')}\n`);
  return `${name}  ${stateText(state, now)}\n${body.join('')}`;
}

/** A state in words, on one line. */
export function stateText(state: SessionState, now: Date): string {
  const about = aboutState(state, now);
  switch (state.state) {
    case 'off':
      return 'off';
    case 'connecting':
      return `connecting (${about})`;
    case 'verified':
    case 'roaming':
      return `${state.state} ${about}`;
    case 'degraded':
      return `degraded: ${about}`;
    case 'waiting':
    case 'failed':
      return `${state.state}, ${about}`;
  }
}

/** What there is to say of a state beside its word. */
export function aboutState(state: SessionState, now: Date): string {
  switch (state.state) {
    case 'off':
      return '';
    case 'connecting':
      return state.step;
    case 'verified':
    case 'roaming':
      return `since ${moment(state.since, now)}`;
    case 'degraded':
      return state.reasons.map((reason) => REASONS[reason]).join(', ');
    case 'waiting':
      return `${state.why}: ${printable(state.detail)}`;
    case 'failed':
      return `${state.cause}: ${printable(state.detail)}`;
  }
}

const REASONS = {
  link: 'no answer over the link',
  ethernet: 'no answer over Ethernet',
  internet: 'no internet behind the hub',
  'address-tentative': 'the address is not proven unique yet',
};

/** `link 21 ms, Ethernet 22 ms, internet no answer` */
export function reachabilityText({ link, ethernet, internet }: Reachability): string {
  if ([link, ethernet, internet].every(({ ok }) => ok === null)) {
    return NOT_PROBED;
  }
  return `link ${readingText(link)}, Ethernet ${readingText(ethernet)}, internet ${readingText(internet)}`;
}

const NOT_PROBED = 'not probed yet';

function readingText({ ok, rttMs }: Reading): string {
  if (ok === null) {
    return NOT_PROBED;
  }
  return ok && rttMs !== null ? milliseconds(rttMs) : 'no answer';
}

function underlayText({ observed }: ProfileView): string | undefined {
  const underlay = observed?.underlay;
  return underlay ? `${underlay.interface}, ${underlay.address}` : undefined;
}

function roamsText({ observed }: ProfileView): string | undefined {
  if (observed === undefined || observed.roam.count === 0) {
    return undefined;
  }
  const { count, lastOutageMs } = observed.roam;
  return lastOutageMs === null ? `${count}` : `${count}, last outage ${milliseconds(lastOutageMs)}`;
}

/** `22:40:00 (8 min ago)`, the time in this machine's zone. */
function moment(at: string, now: Date): string {
  return `${new Date(at).toTimeString().slice(0, 8)} (${ago(at, now)})`;
}
