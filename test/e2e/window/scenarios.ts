import type { Scenario } from '../harness/app.ts';

/** What Home shows of each scenario of the mock helper. */
export type Shown = {
  readonly scenario: Exclude<Scenario, 'missing'>;
  readonly title: string;
  readonly says: readonly string[];
  /** Laptop to network, network to hub, hub to internet. */
  readonly tones: readonly [string, string, string];
  /** Link, Ethernet, Internet; empty while nothing is asked. */
  readonly readings: readonly string[];
  readonly buttons: readonly string[];
};

const UNASKED = ['Not asked yet', 'Not asked yet', 'Not asked yet'];
const SILENT = ['No answer', 'No answer', 'No answer'];
const FOOTER = ['Ask', 'Add a profile'];
const UP = ['Copy address', 'Disconnect', 'Check now', ...FOOTER];

export const SHOWN: readonly Shown[] = [
  {
    scenario: 'off',
    title: 'Not connected',
    says: ['Nothing reaches your stable address.', 'Watched only while connected'],
    tones: ['unknown', 'unknown', 'unknown'],
    readings: [],
    buttons: ['Copy address', 'Connect', ...FOOTER],
  },
  {
    scenario: 'connecting',
    title: 'Connecting',
    says: ['Waiting for the hub to announce the network.', 'Wi-Fi, wlan0'],
    tones: ['good', 'doubtful', 'unknown'],
    readings: UNASKED,
    buttons: UP,
  },
  {
    scenario: 'verified',
    title: 'Connected',
    says: ['The internet reaches your stable address.', 'The hub answers in 21 ms'],
    tones: ['good', 'good', 'good'],
    readings: ['21 ms', '21 ms', '25 ms'],
    buttons: UP,
  },
  {
    scenario: 'roaming',
    title: 'Changing networks',
    says: ['Your address stays; it is reached again in a moment.', 'Wired, eth0'],
    tones: ['good', 'doubtful', 'unknown'],
    readings: SILENT,
    buttons: UP,
  },
  {
    scenario: 'degraded',
    title: 'Connected, not fully',
    says: ['The hub answers, but the internet behind it does not.', 'The hub answers in 21 ms'],
    tones: ['good', 'good', 'broken'],
    readings: ['21 ms', '21 ms', 'No answer'],
    buttons: UP,
  },
  {
    scenario: 'waiting',
    title: 'Waiting for a network',
    says: ['The connection returns with one.', 'There is no route to the hub.'],
    tones: ['broken', 'unknown', 'unknown'],
    readings: SILENT,
    buttons: UP,
  },
  {
    scenario: 'failed',
    title: 'This system lacks a part',
    says: ['The kernel has no WireGuard', 'This system cannot build it'],
    tones: ['unknown', 'broken', 'unknown'],
    readings: UNASKED,
    buttons: UP,
  },
  {
    scenario: 'duplicate',
    title: 'Address in use elsewhere',
    says: [
      'Disconnect the other one, then connect again.',
      'Another device has this identity there',
    ],
    tones: ['good', 'broken', 'unknown'],
    readings: UNASKED,
    buttons: UP,
  },
  {
    scenario: 'two-profiles',
    title: 'Connected',
    says: ['The internet reaches your stable address.'],
    tones: ['good', 'good', 'good'],
    readings: ['21 ms', '21 ms', '25 ms'],
    buttons: ['Profile', ...UP],
  },
];
