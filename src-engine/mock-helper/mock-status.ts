import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import type { Status, TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { stableAddressOf } from '../../src-shared/model/eui64.ts';

/** What a fake tunnel goes through after it was set: each entry over the one before. */
export type Script = readonly Partial<TunnelStatus>[];

/** The time that fake readings tell. */
export const MOCK_TIME = '2026-11-24T22:48:24Z';

const unread = { ok: null, rttMs: null, at: null };
const answered = { ok: true, rttMs: 20.5, at: MOCK_TIME };
export const unanswered = { ok: false, rttMs: null, at: MOCK_TIME };

const PREFIX = '2001:db8::/64';

/** A tunnel that was just set. */
export function freshStatus(tunnel: Tunnel, slot: number): TunnelStatus {
  return {
    name: tunnel.name,
    publicKey: tunnel.publicKey,
    engine: null,
    interfaces: { link: `mwg${slot}`, tap: `mtap${slot}` },
    mac: tunnel.mac,
    prefix: tunnel.prefix,
    address: stableAddressOf(tunnel.prefix, tunnel.mac),
    dad: 'none',
    step: 'key',
    fault: null,
    underlay: null,
    endpoint: null,
    lastHandshake: null,
    verifiedSince: null,
    reachability: { link: unread, ethernet: unread, internet: unread },
    roam: { since: null, count: 0, lastOutageMs: null, recent: [] },
  };
}

/** A bring-up that ends verified; the prefix is learned when none is pinned. */
export function bringUpScript(tunnel: Tunnel): Script {
  const prefix = tunnel.prefix ?? PREFIX;
  return [
    { step: 'resolve', engine: 'kernel' },
    {
      step: 'link',
      endpoint: tunnel.hub.endpoint,
      underlay: { interface: 'wlan0', address: '192.168.88.20' },
    },
    { step: 'tap' },
    { step: 'address', lastHandshake: MOCK_TIME },
    { step: 'verify', prefix, address: stableAddressOf(prefix, tunnel.mac), dad: 'tentative' },
    verifiedPart,
  ];
}

/** What makes a tunnel verified. */
export const verifiedPart: Partial<TunnelStatus> = {
  step: 'up',
  dad: 'ok',
  fault: null,
  verifiedSince: MOCK_TIME,
  reachability: { link: answered, ethernet: answered, internet: answered },
};

/** What a peer that may only read is shown. */
export function redacted(status: Status): Status {
  const blank = { publicKey: '', underlay: null, endpoint: null };
  return { ...status, tunnels: status.tunnels.map((tunnel) => ({ ...tunnel, ...blank })) };
}
