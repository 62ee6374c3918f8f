import type { ProfileView } from '../src-engine/session/overview.ts';
import type { Hello } from '../src-shared/helper-protocol/replies.ts';
import type { Reachability, Reading } from '../src-shared/helper-protocol/status.ts';
import { engineText } from '../src-shared/model/engine-words.ts';
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
    ['handshake', observed?.lastHandshake ? ago(observed.lastHandshake, now) : undefined],
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
      return `since ${ago(state.since, now)}`;
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
  return ok && rttMs !== null
    ? `${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`
    : 'no answer';
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
  return lastOutageMs === null ? `${count}` : `${count}, last outage ${lastOutageMs} ms`;
}

/** `22:40:00 (8 min ago)`, the time in this machine's zone. */
function ago(time: string, now: Date): string {
  const then = new Date(time);
  const seconds = Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
  return `${clock(then)} (${duration(seconds)} ago)`;
}

function clock(time: Date): string {
  return time.toTimeString().slice(0, 8);
}

function duration(seconds: number): string {
  if (seconds < 120) {
    return `${seconds} s`;
  }
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
