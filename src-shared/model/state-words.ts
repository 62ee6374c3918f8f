import type { Step } from '../helper-protocol/status.ts';
import type { DegradedReason, FailedCause, SessionState, WaitingWhy } from './session-state.ts';

/** A state for a person: `title` of one to four words, `sentence` for what it means or what to do about it. */
export type StateWords = { readonly title: string; readonly sentence: string };

/** The words of a state; `pending` is what was asked for a moment ago and is not answered yet. */
export function stateWords(
  state: SessionState,
  pending: 'connect' | 'disconnect' | null = null,
): StateWords {
  if (pending === 'disconnect') {
    return { title: 'Disconnecting', sentence: 'The tunnel is being taken down.' };
  }
  switch (state.state) {
    case 'off':
      return { title: 'Not connected', sentence: 'Nothing reaches your stable address.' };
    case 'connecting':
      return { title: 'Connecting', sentence: STEPS[state.step] };
    case 'verified':
      return { title: 'Connected', sentence: 'The internet reaches your stable address.' };
    case 'degraded':
      return {
        title: 'Connected, not fully',
        sentence: state.reasons.map((reason) => REASONS[reason]).join(' '),
      };
    case 'roaming':
      return {
        title: 'Changing networks',
        sentence: 'Your address stays; it is reached again in a moment.',
      };
    case 'waiting':
      return WAITING[state.why];
    case 'failed':
      return failedWords(state.cause, state.detail);
  }
}

const STEPS: Record<Exclude<Step, 'up'>, string> = {
  key: 'Getting the key of this profile.',
  resolve: 'Looking for a way to the hub.',
  link: 'Bringing up the encrypted link.',
  tap: 'Joining the hub’s Ethernet.',
  address: 'Waiting for the hub to announce the network.',
  verify: 'Checking that traffic passes.',
};

const REASONS: Record<DegradedReason, string> = {
  link: 'The hub does not answer over the link.',
  ethernet: 'The hub does not answer over Ethernet.',
  internet: 'The hub answers, but the internet behind it does not.',
  'address-tentative': 'It is still being checked that nobody else has this address.',
};

const WAITING: Record<WaitingWhy, StateWords> = {
  'no-network': {
    title: 'Waiting for a network',
    sentence: 'This computer is on no network. The connection returns with one.',
  },
  'name-unresolved': {
    title: 'Waiting for the hub’s name',
    sentence: 'The hub’s name does not resolve on this network. It is tried again.',
  },
  'no-answer': {
    title: 'Waiting for the hub',
    sentence: 'The hub does not answer. It may be down, or this network may block UDP.',
  },
  'captive-portal': {
    title: 'Waiting for a sign-in',
    sentence: 'This network wants you to sign in first. Open a page in your browser.',
  },
};

function failedWords(cause: FailedCause, detail: string): StateWords {
  const { title, advice } = FAILED[cause];
  return { title, sentence: advice ?? detail };
}

// Without advice the helper's own words are the best there are.
const FAILED: Record<FailedCause, { readonly title: string; readonly advice?: string }> = {
  'duplicate-identity': {
    title: 'Address in use elsewhere',
    advice:
      'Another device has this identity, so yours stepped back. Disconnect the other one, then connect again.',
  },
  'key-missing': {
    title: 'Key is missing',
    advice: 'The helper no longer holds the key of this profile. Import its file again.',
  },
  'kernel-lacks': { title: 'This system lacks a part' },
  'prefix-mismatch': { title: 'Unexpected network at the hub' },
  system: { title: 'Could not connect' },
  'helper-missing': {
    title: 'Helper is not running',
    advice: 'Mooring’s helper does not answer. Install it again, or wait while it restarts.',
  },
  'untrusted-helper': {
    title: 'Helper is not trusted',
    advice:
      'What answers in the helper’s place does not belong to root, so nothing was sent to it. Install the helper again.',
  },
  'helper-version': {
    title: 'Helper is of another version',
    advice: 'The helper and this app do not understand each other. Install the helper again.',
  },
  'not-authorised': {
    title: 'Not allowed',
    advice:
      'Only root and the operators of this computer may connect. Install the helper to become one.',
  },
};
