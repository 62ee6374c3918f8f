import { describe, expect, test } from 'vitest';
import type { HelperFacts, ObservedFacts } from '../ipc/app-state.ts';
import { observedUp, profileIn, unread, workingHelper } from '../testing/app-state.ts';
import { chainOf, type LegHealth } from './chain.ts';
import type { SessionState } from './session-state.ts';

const at = '2026-11-24T14:20:00Z';
const silent = { ok: false, rttMs: null, at };
const answer = (rttMs: number | null) => ({ ok: true, rttMs, at });

const up = observedUp(at, {
  reachability: { link: answer(20), ethernet: answer(21.4), internet: answer(34) },
});
const fresh: ObservedFacts = {
  ...up,
  step: 'link',
  reachability: { link: unread, ethernet: unread, internet: unread },
  lastHandshake: null,
  verifiedSince: null,
};
const read = (link: object, ethernet: object, internet: object): ObservedFacts => ({
  ...up,
  reachability: { link, ethernet, internet } as ObservedFacts['reachability'],
});

function chain(
  state: SessionState,
  observed: ObservedFacts | null,
  over: Partial<HelperFacts> = {},
): [LegHealth, string][] {
  const { access } = { ...workingHelper, ...over };
  const profile = profileIn(state, { observed, access });
  return chainOf(profile, { ...workingHelper, ...over }).map(({ health, reason }) => [
    health,
    reason,
  ]);
}

const verified: SessionState = { state: 'verified', since: at, rttMs: 21.4 };
const degraded: SessionState = { state: 'degraded', reasons: ['ethernet'] };
const connecting: SessionState = { state: 'connecting', step: 'link' };
const roaming: SessionState = { state: 'roaming', since: at };
const waiting = (why: Extract<SessionState, { state: 'waiting' }>['why']): SessionState => ({
  state: 'waiting',
  why,
  detail: '',
});
const failed = (cause: Extract<SessionState, { state: 'failed' }>['cause']): SessionState => ({
  state: 'failed',
  cause,
  detail: '',
});

const wifi = ['good', 'Wi-Fi, wlan0'];
const afterHub = ['unknown', 'Not known until the hub answers'];

test('the legs are named, in order', () => {
  expect(chainOf(profileIn({ state: 'off' }), workingHelper).map(({ id }) => id)).toEqual([
    'laptop-network',
    'network-hub',
    'hub-internet',
  ]);
});

describe('nothing is claimed of what is not watched', () => {
  test.each<[string, SessionState, Partial<HelperFacts>, string]>([
    ['off', { state: 'off' }, {}, 'Watched only while connected'],
    ['asked for, not held yet', connecting, {}, 'Not looked at yet'],
    ['no answer yet', { state: 'off' }, { state: 'looking' }, 'The helper is being asked'],
    [
      'no helper',
      failed('helper-missing'),
      { state: 'helper-missing' },
      'Not known without the helper',
    ],
  ])('%s', (_about, state, over, reason) => {
    expect(chain(state, null, over)).toEqual(Array(3).fill(['unknown', reason]));
  });

  test('old readings do not outlive the helper', () => {
    expect(chain(failed('helper-missing'), up, { state: 'helper-missing' })).toEqual(
      Array(3).fill(['unknown', 'Not known without the helper']),
    );
  });
});

test.each<[string, SessionState, ObservedFacts, unknown[]]>([
  [
    'verified',
    verified,
    up,
    [wifi, ['good', 'The hub answers in 21 ms'], ['good', 'The internet answers in 34 ms']],
  ],
  [
    'verified, round trips not told',
    verified,
    read(answer(null), answer(null), answer(null)),
    [wifi, ['good', 'The hub answers'], ['good', 'The internet answers']],
  ],
  [
    'verified, internet not asked',
    verified,
    read(answer(20), answer(21), unread),
    [wifi, ['good', 'The hub answers in 21 ms'], ['unknown', 'Not asked yet']],
  ],
  [
    'just begun',
    connecting,
    { ...fresh, network: null },
    [['unknown', 'Not looked at yet'], ['unknown', 'Being brought up'], afterHub],
  ],
  ['on a network', connecting, fresh, [wifi, ['unknown', 'Being brought up'], afterHub]],
  [
    'shaken hands',
    connecting,
    { ...fresh, lastHandshake: at },
    [
      wifi,
      ['doubtful', 'The hub is there; its first answer is awaited'],
      ['unknown', 'Not asked yet'],
    ],
  ],
  [
    'link first',
    connecting,
    { ...read(answer(20), unread, unread), verifiedSince: null },
    [wifi, ['doubtful', 'The hub answers over the link so far'], ['unknown', 'Not asked yet']],
  ],
  [
    'Ethernet first',
    connecting,
    { ...read(unread, answer(20), unread), verifiedSince: null },
    [wifi, ['doubtful', 'The hub answers over Ethernet so far'], ['unknown', 'Not asked yet']],
  ],
  [
    'the internet is gone',
    { state: 'degraded', reasons: ['internet'] },
    read(answer(20), answer(21), silent),
    [
      wifi,
      ['good', 'The hub answers in 21 ms'],
      ['broken', 'The internet behind the hub does not answer'],
    ],
  ],
  [
    'Ethernet is gone',
    degraded,
    read(answer(20), silent, answer(30)),
    [wifi, ['broken', 'The hub answers over the link, but not over Ethernet'], afterHub],
  ],
  [
    'the link misses an echo',
    degraded,
    read(silent, answer(21), answer(30)),
    [
      wifi,
      ['doubtful', 'The hub answers over Ethernet, but not over the link'],
      ['good', 'The internet answers in 30 ms'],
    ],
  ],
  [
    'the link is gone, Ethernet not asked',
    degraded,
    read(silent, unread, unread),
    [wifi, ['broken', 'The hub does not answer over the link'], afterHub],
  ],
  [
    'both are gone',
    degraded,
    read(silent, silent, silent),
    [wifi, ['broken', 'The hub does not answer'], afterHub],
  ],
  [
    'the address is not proven',
    { state: 'degraded', reasons: ['address-tentative'] },
    up,
    [
      wifi,
      ['doubtful', 'The address is still being proven unique'],
      ['good', 'The internet answers in 34 ms'],
    ],
  ],
  [
    'the address is not proven and the hub silent',
    { state: 'degraded', reasons: ['ethernet', 'address-tentative'] },
    read(silent, silent, silent),
    [wifi, ['broken', 'The hub does not answer'], afterHub],
  ],
  [
    'roaming, between networks',
    roaming,
    { ...up, network: null },
    [
      ['doubtful', 'Moving to another network'],
      ['doubtful', 'Finding the way to the hub again'],
      afterHub,
    ],
  ],
  [
    'roaming, on the new network',
    roaming,
    { ...up, network: { kind: 'mobile', interface: 'wwan0', address: '100.64.9.2' } },
    [['good', 'Mobile, wwan0'], ['doubtful', 'Finding the way to the hub again'], afterHub],
  ],
  [
    'no network',
    waiting('no-network'),
    { ...fresh, network: null },
    [
      ['broken', 'This computer is on no network'],
      ['unknown', 'Not known without a network'],
      afterHub,
    ],
  ],
  [
    'a name that does not resolve',
    waiting('name-unresolved'),
    fresh,
    [wifi, ['broken', 'The hub’s name does not resolve here'], afterHub],
  ],
  [
    'a silent hub',
    waiting('no-answer'),
    fresh,
    [wifi, ['broken', 'The hub does not answer'], afterHub],
  ],
  [
    'a captive portal',
    waiting('captive-portal'),
    fresh,
    [
      ['doubtful', 'This network wants you to sign in first'],
      ['unknown', 'Not known before the sign-in'],
      afterHub,
    ],
  ],
  [
    'a duplicate',
    failed('duplicate-identity'),
    up,
    [wifi, ['broken', 'Another device has this identity there'], afterHub],
  ],
  [
    'no key',
    failed('key-missing'),
    fresh,
    [wifi, ['broken', 'The helper has no key for it'], afterHub],
  ],
  [
    'a kernel that lacks something',
    failed('kernel-lacks'),
    fresh,
    [wifi, ['broken', 'This system cannot build it'], afterHub],
  ],
  [
    'another prefix',
    failed('prefix-mismatch'),
    fresh,
    [
      wifi,
      ['doubtful', 'The hub announces another network than expected'],
      ['unknown', 'Not asked yet'],
    ],
  ],
  [
    'a failure of the system',
    failed('system'),
    fresh,
    [wifi, ['broken', 'The connection failed on this computer'], afterHub],
  ],
])('%s', (_about, state, observed, expected) => {
  expect(chain(state, observed)).toEqual(expected);
});

describe('who may only look is not told the network', () => {
  const reader = { state: 'not-authorised', access: 'read' } as const;

  test('an answer shows that there is one', () => {
    expect(chain(verified, { ...up, network: null }, reader)[0]).toEqual([
      'good',
      'Only operators see which it is',
    ]);
  });

  test('without an answer nothing is claimed', () => {
    expect(chain(connecting, { ...fresh, network: null }, reader)[0]).toEqual([
      'unknown',
      'Only operators see it',
    ]);
  });
});
