import type { Cause, Reading, TunnelStatus } from '../../../src-shared/helper-protocol/status.ts';

// What a helper may come to see, beyond what the scenarios begin with.

export const answered = (rttMs: number): Reading => ({ ok: true, rttMs, at: now() });
export const unanswered = (): Reading => ({ ok: false, rttMs: null, at: now() });

const now = () => new Date().toISOString();
const silent = () => ({ link: unanswered(), ethernet: unanswered(), internet: unanswered() });

/** Verified on `network`, with so many roams behind it, each just ended after `outageMs`. */
export function verifiedAfter(
  outages: readonly number[],
  underlay: TunnelStatus['underlay'],
): Partial<TunnelStatus> {
  const recent = outages.map((outageMs) => ({ at: now(), outageMs }));
  return {
    step: 'up',
    dad: 'ok',
    fault: null,
    underlay,
    verifiedSince: now(),
    reachability: { link: answered(8.4), ethernet: answered(9.1), internet: answered(12.6) },
    roam: { since: null, count: recent.length, lastOutageMs: outages.at(-1) ?? null, recent },
  };
}

/** On its way to `network` after so many roams that ended. */
export function roamingAfter(
  outages: readonly number[],
  underlay: TunnelStatus['underlay'],
): Partial<TunnelStatus> {
  const { roam } = verifiedAfter(outages, underlay);
  return {
    underlay,
    verifiedSince: null,
    reachability: silent(),
    ...(roam && { roam: { ...roam, since: now(), count: roam.count + 1 } }),
  };
}

/** Brought to a halt by something that the helper can name. */
export const halted = (cause: Cause, detail: string): Partial<TunnelStatus> => ({
  fault: { cause, detail },
  verifiedSince: null,
  reachability: silent(),
});
