import type { AppState, Notice, ObservedFacts } from '../../src-shared/ipc/app-state.ts';
import type { Checked } from '../../src-shared/ipc/import-draft.ts';
import type { FailedCause, HelperState, WaitingWhy } from '../../src-shared/model/session-state.ts';
import {
  appOf,
  profileIn as bareProfile,
  observedUp,
  unread,
} from '../../src-shared/testing/app-state.ts';

/** When all of these states were observed. */
export const NOW = '2026-11-24T14:20:00Z';
const SINCE = '2026-11-24T11:06:30Z';
const secondsAgo = (seconds: number) =>
  new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace('.000', '');

export const ADDRESS = '2001:db8:4a:17:10ab:34ff:fecd:56ef';

const silent = { ok: false, rttMs: null, at: secondsAgo(4) };
const answer = (rttMs: number) => ({ ok: true, rttMs, at: secondsAgo(12) });
const quiet = { link: unread, ethernet: unread, internet: unread };

const up = observedUp(SINCE, {
  reachability: { link: answer(20.5), ethernet: answer(21.4), internet: answer(34.2) },
  network: { kind: 'wifi', interface: 'wlp3s0', address: '192.168.88.20' },
  lastHandshake: secondsAgo(75),
  roamsToday: { count: 4, atLeast: false, last: { outageMs: 812, at: secondsAgo(1460) } },
});

const bringingUp: ObservedFacts = {
  ...up,
  step: 'link',
  reachability: quiet,
  lastHandshake: null,
  verifiedSince: null,
  roamsToday: { count: 0, atLeast: false, last: null },
};

/** A profile that knows its address unless it is told that it does not. */
export const profileIn: typeof bareProfile = (state, parts = {}) => {
  const { address = ADDRESS } = parts;
  const prefix = address === null ? null : '2001:db8:4a:17::/64';
  return bareProfile(state, { prefix, ...parts, address });
};

const verified = profileIn({ state: 'verified', since: SINCE, rttMs: 21.4 }, { observed: up });
const off = profileIn({ state: 'off' });

const waiting = (why: WaitingWhy, detail: string, over: Partial<ObservedFacts> = {}) =>
  appOf([profileIn({ state: 'waiting', why, detail }, { observed: { ...bringingUp, ...over } })]);

const failed = (cause: FailedCause, detail: string) =>
  appOf([
    profileIn({ state: 'failed', cause, detail }, { observed: { ...bringingUp, step: 'tap' } }),
  ]);

const helperTrouble = (cause: Exclude<HelperState, 'ok' | 'not-authorised'>, detail: string) =>
  appOf([profileIn({ state: 'failed', cause, detail }, { access: null })], {
    helper: { state: cause, detail, version: null, access: null },
  });

const notice: Notice = {
  about: 'connect',
  error: { name: 'helper-gone', message: 'the helper went away before it answered' },
};

/** The app in every situation that the window has to show. */
export const states = {
  looking: appOf([off], { helper: { state: 'looking', version: null, access: null } }),
  off: appOf([off]),
  'off-never-connected': appOf([profileIn({ state: 'off' }, { address: null })]),
  'connect-pending': appOf([profileIn({ state: 'off' }, { pending: 'connect' })]),
  connecting: appOf([
    profileIn({ state: 'connecting', step: 'link' }, { observed: bringingUp, address: null }),
  ]),
  verified: appOf([verified]),
  'verified-no-internet-reading': appOf([
    profileIn(verified.state, {
      observed: { ...up, reachability: { ...up.reachability, internet: unread } },
    }),
  ]),
  'disconnect-pending': appOf([{ ...verified, pending: 'disconnect' }]),
  'many-roams': appOf([
    profileIn(verified.state, {
      observed: {
        ...up,
        network: { kind: 'ethernet', interface: 'enp0s31f6', address: '10.20.0.7' },
        roamsToday: { count: 32, atLeast: true, last: { outageMs: 1440, at: secondsAgo(40) } },
      },
    }),
  ]),
  roaming: appOf([
    profileIn(
      { state: 'roaming', since: secondsAgo(1) },
      {
        observed: { ...up, network: { kind: 'mobile', interface: 'wwan0', address: '100.64.9.2' } },
      },
    ),
  ]),
  'roaming-between': appOf([
    profileIn({ state: 'roaming', since: secondsAgo(1) }, { observed: { ...up, network: null } }),
  ]),
  'degraded-internet': appOf([
    profileIn(
      { state: 'degraded', reasons: ['internet'] },
      { observed: { ...up, reachability: { ...up.reachability, internet: silent } } },
    ),
  ]),
  'degraded-ethernet': appOf([
    profileIn(
      { state: 'degraded', reasons: ['ethernet', 'internet'] },
      {
        observed: {
          ...up,
          reachability: { link: answer(20.5), ethernet: silent, internet: silent },
        },
      },
    ),
  ]),
  'degraded-tentative': appOf([
    profileIn({ state: 'degraded', reasons: ['address-tentative'] }, { observed: up }),
  ]),
  'waiting-no-network': waiting('no-network', 'no default route', { network: null }),
  'waiting-name-unresolved': waiting('name-unresolved', 'hub.example: no such host'),
  'waiting-no-answer': waiting('no-answer', 'no handshake with 203.0.113.4:23450 for 15 s'),
  'waiting-captive-portal': waiting('captive-portal', 'http is answered by another host'),
  duplicate: failed('duplicate-identity', 'Another device has this identity.'),
  'failed-key-missing': failed('key-missing', 'no key of this profile is stored'),
  'failed-kernel-lacks': failed('kernel-lacks', 'this kernel has no GRETAP (ip_gre)'),
  'failed-prefix-mismatch': failed(
    'prefix-mismatch',
    'the hub announces 2001:db8:ffff::/64, the profile expects 2001:db8:4a:17::/64',
  ),
  'failed-system': failed('system', 'adding mtap0: operation not permitted'),
  missing: helperTrouble('helper-missing', 'The helper is not running.'),
  installing: appOf(
    [
      profileIn(
        { state: 'failed', cause: 'helper-missing', detail: 'The helper is not running.' },
        { access: null },
      ),
    ],
    { helper: { state: 'helper-missing', version: null, access: null, installing: true } },
  ),
  untrusted: helperTrouble('untrusted-helper', 'The helper’s socket does not belong to root.'),
  'other-version': helperTrouble('helper-version', 'The helper speaks protocol 2.'),
  'not-authorised': appOf(
    [
      profileIn(verified.state, {
        observed: { ...up, network: null, endpoint: null },
        access: 'read',
      }),
    ],
    { helper: { state: 'not-authorised', access: 'read' } },
  ),
  'not-authorised-off': appOf([profileIn({ state: 'off' }, { access: 'read' })], {
    helper: { state: 'not-authorised', access: 'read' },
  }),
  'no-helper-no-profile': appOf([], {
    helper: { state: 'helper-missing', version: null, access: null },
  }),
  'no-profile': appOf([]),
  unreadable: appOf([], {
    profilesError: { name: 'bad-profile', message: 'home.json is no profile: unexpected end' },
  }),
  'two-profiles': appOf([
    verified,
    profileIn({ state: 'off' }, { name: 'office', address: null, hub: '198.51.100.9:51820' }),
  ]),
  foreign: appOf([{ ...verified, name: 'lab', hub: null }]),
  'tray-absent': appOf([verified], { tray: 'absent' }),
  notice: appOf([off], { notice }),
} as const satisfies Record<string, AppState>;

export type StateName = keyof typeof states;

/** What `check` says of a file that is right, without its text. */
export const goodFile: Omit<Checked, 'text'> = {
  suggestedName: 'hub',
  warnings: [],
  outcome: {
    ok: true,
    mac: '12:ab:34:cd:56:ef',
    prefix: '2001:db8:4a:17::/64',
    address: ADDRESS,
    hub: 'hub.example:23450',
  },
};
