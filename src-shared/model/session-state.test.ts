import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAUSES, STEPS, type TunnelStatus } from '../helper-protocol/status.ts';
import { type HelperState, type SessionState, sessionState } from './session-state.ts';

const at = '2026-11-24T22:48:24Z';
const answered = { ok: true, rttMs: 20, at };
const unanswered = { ok: false, rttMs: null, at };
const unknown = { ok: null, rttMs: null, at: null };

const verified: TunnelStatus = {
  name: 'home',
  publicKey: '',
  engine: 'kernel',
  interfaces: { link: 'mwg0', tap: 'mtap0' },
  mac: '12:ab:34:cd:56:ef',
  prefix: '2001:db8::/64',
  address: '2001:db8::10ab:34ff:fecd:56ef',
  dad: 'ok',
  step: 'up',
  fault: null,
  underlay: null,
  endpoint: null,
  lastHandshake: at,
  verifiedSince: at,
  reachability: { link: answered, ethernet: { ...answered, rttMs: 22 }, internet: answered },
  roam: { since: null, count: 0, lastOutageMs: null, recent: [] },
};

const starting: TunnelStatus = {
  ...verified,
  dad: 'none',
  step: 'link',
  verifiedSince: null,
  reachability: { link: unknown, ethernet: unknown, internet: unknown },
};

const read = (link: object, ethernet: object, internet: object) =>
  ({ reachability: { link, ethernet, internet } }) as Pick<TunnelStatus, 'reachability'>;
const roam = { since: at, count: 1, lastOutageMs: null, recent: [] };
const fault = (cause: (typeof CAUSES)[number]) => ({ fault: { cause, detail: 'because' } });

type Row = readonly [
  about: string,
  wanted: boolean,
  observed: TunnelStatus | undefined,
  helper: HelperState,
  expected: SessionState,
];

const rows: readonly Row[] = [
  ['nothing wanted, nothing held', false, undefined, 'ok', { state: 'off' }],
  ['wanted, not yet held', true, undefined, 'ok', { state: 'connecting', step: 'key' }],
  ['held by another engine', false, starting, 'ok', { state: 'connecting', step: 'link' }],
  [
    'on its way',
    true,
    { ...starting, step: 'verify' },
    'ok',
    { state: 'connecting', step: 'verify' },
  ],
  ['verified', true, verified, 'ok', { state: 'verified', since: at, rttMs: 22 }],
  [
    'verified, internet not read yet',
    true,
    { ...verified, ...read(answered, answered, unknown) },
    'ok',
    { state: 'verified', since: at, rttMs: 20 },
  ],
  [
    'verified before, tentative again',
    true,
    { ...verified, dad: 'tentative' },
    'ok',
    { state: 'degraded', reasons: ['address-tentative'] },
  ],
  [
    'no internet behind the hub',
    true,
    { ...verified, ...read(answered, answered, unanswered) },
    'ok',
    { state: 'degraded', reasons: ['internet'] },
  ],
  [
    'no Ethernet',
    true,
    { ...verified, verifiedSince: null, ...read(answered, unanswered, unanswered) },
    'ok',
    { state: 'degraded', reasons: ['ethernet', 'internet'] },
  ],
  [
    'a bad reading before the first verification',
    true,
    { ...starting, step: 'verify', ...read(unanswered, unknown, unknown) },
    'ok',
    { state: 'connecting', step: 'verify' },
  ],
  [
    'up, but not read again yet',
    true,
    { ...verified, verifiedSince: null, ...read(unknown, unknown, unknown) },
    'ok',
    { state: 'connecting', step: 'verify' },
  ],
  [
    'roaming',
    true,
    { ...verified, verifiedSince: null, roam },
    'ok',
    { state: 'roaming', since: at },
  ],
  [
    'roaming without a network',
    true,
    { ...verified, roam, ...fault('no-network') },
    'ok',
    { state: 'waiting', why: 'no-network', detail: 'because' },
  ],
  [
    'duplicate while roaming',
    true,
    { ...verified, roam, ...fault('duplicate-identity') },
    'ok',
    { state: 'failed', cause: 'duplicate-identity', detail: 'because' },
  ],
  [
    'duplicate by DAD alone',
    true,
    { ...verified, dad: 'duplicate' },
    'ok',
    {
      state: 'failed',
      cause: 'duplicate-identity',
      detail: 'Another device has this identity.',
    },
  ],
  [
    'helper missing, whatever was last seen',
    false,
    verified,
    'helper-missing',
    { state: 'failed', cause: 'helper-missing', detail: 'The helper is not running.' },
  ],
  [
    'a reader looks at a tunnel',
    false,
    verified,
    'not-authorised',
    { state: 'verified', since: at, rttMs: 22 },
  ],
  [
    'a reader wants a tunnel',
    true,
    undefined,
    'not-authorised',
    {
      state: 'failed',
      cause: 'not-authorised',
      detail: 'Only root and the operators of this machine may change tunnels.',
    },
  ],
  ['a reader wants nothing', false, undefined, 'not-authorised', { state: 'off' }],
];

describe('sessionState', () => {
  test.each(rows)('%s', (_about, wanted, observed, helper, expected) => {
    expect(sessionState({ wanted }, observed, helper)).toEqual(expected);
  });

  test.each(CAUSES)('every cause has its state: %s', (cause) => {
    const { state } = sessionState({ wanted: true }, { ...starting, ...fault(cause) }, 'ok');
    const waiting = ['no-network', 'name-unresolved', 'no-answer', 'captive-portal'].includes(
      cause,
    );
    expect(state).toBe(waiting ? 'waiting' : 'failed');
  });
});

const anyReading = fc.constantFrom(answered, unanswered, unknown);
const anyStatus: fc.Arbitrary<TunnelStatus> = fc
  .record({
    dad: fc.constantFrom('none', 'tentative', 'ok', 'duplicate' as const),
    step: fc.constantFrom(...STEPS),
    fault: fc.option(fc.record({ cause: fc.constantFrom(...CAUSES), detail: fc.string() })),
    verifiedSince: fc.option(fc.constant(at)),
    reachability: fc.record({ link: anyReading, ethernet: anyReading, internet: anyReading }),
    roam: fc.record({
      since: fc.option(fc.constant(at)),
      count: fc.nat(),
      lastOutageMs: fc.option(fc.nat()),
      recent: fc.constant<TunnelStatus['roam']['recent']>([]),
    }),
  })
  .map((some) => ({ ...verified, ...some }) as TunnelStatus);
const anyHelper = fc.constantFrom<HelperState>(
  'ok',
  'helper-missing',
  'untrusted-helper',
  'helper-version',
  'not-authorised',
);

test('connected is said of verified traffic only', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.option(anyStatus, { nil: undefined }),
      anyHelper,
      (wanted, observed, helper) => {
        const state = sessionState({ wanted }, observed, helper);
        expect([
          'off',
          'connecting',
          'verified',
          'degraded',
          'roaming',
          'waiting',
          'failed',
        ]).toContain(state.state);
        if (state.state === 'verified') {
          expect(observed?.reachability.link.ok).toBe(true);
          expect(observed?.reachability.ethernet.ok).toBe(true);
          expect(observed?.dad).toBe('ok');
          expect(observed?.verifiedSince).not.toBeNull();
          expect(observed?.fault).toBeNull();
        }
        if (state.state === 'degraded') {
          expect(state.reasons.length).toBeGreaterThan(0);
        }
        if (state.state === 'off') {
          expect([wanted, observed]).toEqual([false, undefined]);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
