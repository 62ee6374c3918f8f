import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import type { Reading, TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { stableAddressOf } from '../../src-shared/model/eui64.ts';
import type { Profile } from '../../src-shared/model/profile.ts';
import type { Script } from './mock-status.ts';

/** What a mock helper plays: the profiles of its user, which of them are up, and what becomes of one that is set. */
export type Scenario = {
  readonly profiles: readonly Profile[];
  readonly held: readonly string[];
  readonly script: (tunnel: Tunnel) => Script;
  /** Nobody answers until the helper is installed. */
  readonly missing: boolean;
};

export const SCENARIO_NAMES = [
  'off',
  'connecting',
  'verified',
  'roaming',
  'degraded',
  'waiting',
  'failed',
  'duplicate',
  'missing',
  'two-profiles',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export function isScenarioName(text: string): text is ScenarioName {
  return (SCENARIO_NAMES as readonly string[]).includes(text);
}

const HOME = profileOf('home', 'hub.example.net:23450', '12:ab:34:cd:56:ef', '2001:db8:5a::/64');
const OFFICE = profileOf('office', '198.51.100.7:23450', '12:ab:34:cd:56:f0', '2001:db8:0f::/64');

/** The scenario as of now: its times are some minutes ago, today. */
export function scenario(name: ScenarioName): Scenario {
  const home = { profiles: [HOME], held: ['home'], missing: false };
  const until = (...last: Partial<TunnelStatus>[]) => ({
    ...home,
    script: (tunnel: Tunnel) => [...bringUp(tunnel), ...last],
  });
  switch (name) {
    case 'off':
      return { ...until(verified()), held: [] };
    case 'connecting':
      return { ...home, script: (tunnel) => bringUp(tunnel).slice(0, 4) };
    case 'verified':
      return until(verified());
    case 'roaming':
      return until(verified(), roaming());
    case 'degraded':
      return until(verified(), internetLost());
    case 'waiting':
      return until(withoutNetwork());
    case 'failed':
      return { ...home, script: () => [lacks()] };
    case 'duplicate':
      return until(duplicate());
    case 'missing':
      return { ...until(verified()), profiles: [], held: [], missing: true };
    case 'two-profiles':
      return { ...until(verified()), profiles: [HOME, OFFICE] };
  }
}

const agoMs = (ms: number) => new Date(Date.now() - ms).toISOString();
const MINUTE_MS = 60_000;

function bringUp(tunnel: Tunnel): Script {
  const prefix = tunnel.prefix ?? HOME.prefix;
  return [
    { step: 'resolve', engine: 'kernel' },
    { step: 'link', endpoint: '203.0.113.4:23450', underlay: WIFI },
    { step: 'tap' },
    { step: 'address', lastHandshake: agoMs(0) },
    { step: 'verify', prefix, address: stableAddressOf(prefix, tunnel.mac), dad: 'tentative' },
  ];
}

const WIFI = { interface: 'wlan0', address: '192.168.88.20' };

const answered = (rttMs: number): Reading => ({ ok: true, rttMs, at: agoMs(4000) });
const unanswered = (): Reading => ({ ok: false, rttMs: null, at: agoMs(4000) });

function verified(): Partial<TunnelStatus> {
  const roams = [
    { at: agoMs(95 * MINUTE_MS), outageMs: 212 },
    { at: agoMs(7 * MINUTE_MS), outageMs: 84 },
  ];
  return {
    step: 'up',
    dad: 'ok',
    fault: null,
    verifiedSince: agoMs(7 * MINUTE_MS),
    lastHandshake: agoMs(MINUTE_MS),
    reachability: { link: answered(20.5), ethernet: answered(21.2), internet: answered(24.8) },
    roam: { since: null, count: roams.length, lastOutageMs: 84, recent: roams },
  };
}

function roaming(): Partial<TunnelStatus> {
  const { roam } = verified();
  return {
    verifiedSince: null,
    underlay: { interface: 'eth0', address: '10.20.0.7' },
    reachability: { link: unanswered(), ethernet: unanswered(), internet: unanswered() },
    ...(roam && { roam: { ...roam, since: agoMs(0), count: roam.count + 1 } }),
  };
}

function internetLost(): Partial<TunnelStatus> {
  const { reachability } = verified();
  return { ...(reachability && { reachability: { ...reachability, internet: unanswered() } }) };
}

function withoutNetwork(): Partial<TunnelStatus> {
  return {
    underlay: null,
    fault: { cause: 'no-network', detail: 'There is no route to the hub.' },
    reachability: { link: unanswered(), ethernet: unanswered(), internet: unanswered() },
  };
}

function lacks(): Partial<TunnelStatus> {
  const detail = 'The kernel has no WireGuard: “ip link add type wireguard” is not supported.';
  return { step: 'link', fault: { cause: 'kernel-lacks', detail } };
}

function duplicate(): Partial<TunnelStatus> {
  const detail = 'Another device answers for this address.';
  return { dad: 'duplicate', fault: { cause: 'duplicate-identity', detail } };
}

function profileOf(name: string, endpoint: string, mac: string, prefix: string): Profile {
  return {
    version: 1,
    name,
    publicKey: 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=',
    listenPort: 0,
    address: '172.16.0.2/24',
    hub: {
      publicKey: 'VshKmqMNHpnkFyiJVgXQ2oTuNDfYTXwJ1Fc6pSKP4y0=',
      endpoint,
      address: '172.16.0.1',
    },
    mac,
    prefix,
    txOffload: 'auto',
    engine: 'auto',
    learnedPrefix: null,
  };
}
