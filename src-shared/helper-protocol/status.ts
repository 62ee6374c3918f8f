import * as z from 'zod';
import {
  endpointText,
  macText,
  nameText,
  prefixText,
  publicKeyText,
} from '../model/tunnel-fields.ts';

// What the helper sends is read with z.object, which ignores fields it does not know: a newer helper may say
// more to an older client. What we send is strict (requests.ts).

const time = z.iso.datetime();
const count = z.int().min(0);

/** The step under way of a bring-up, in order; `up` once traffic was verified. */
export const STEPS = ['key', 'resolve', 'link', 'tap', 'address', 'verify', 'up'] as const;
export type Step = (typeof STEPS)[number];

/** The first four wait for the world to change, the others for a person. */
export const CAUSES = [
  'no-network',
  'name-unresolved',
  'no-answer',
  'captive-portal',
  'duplicate-identity',
  'key-missing',
  'kernel-lacks',
  'prefix-mismatch',
  'system',
] as const;
export type Cause = (typeof CAUSES)[number];

/** The newest result of one probe. All null before the first; `rttMs` in milliseconds, null when unanswered. */
export const reading = z.object({
  ok: z.boolean().nullable(),
  rttMs: z.number().min(0).nullable(),
  at: time.nullable(),
});
export type Reading = z.infer<typeof reading>;

/** An echo inside WireGuard, a solicitation and an echo over Ethernet, an echo to a host beyond the hub. */
export const reachability = z.object({ link: reading, ethernet: reading, internet: reading });
export type Reachability = z.infer<typeof reachability>;

/** Changes of the underlay; `recent` are the newest 32 that ended, oldest first. An outage is in milliseconds. */
export const roam = z.object({
  since: time.nullable(),
  count,
  lastOutageMs: count.nullable(),
  recent: z.array(z.object({ at: time, outageMs: count })),
});
export type Roam = z.infer<typeof roam>;

/** One desired tunnel. For readers `underlay` and `endpoint` are null and `publicKey` is empty. */
export const tunnelStatus = z.object({
  name: nameText,
  publicKey: z.union([publicKeyText, z.literal('')]),
  engine: z.enum(['kernel', 'userspace']).nullable(),
  interfaces: z.object({ link: z.string(), tap: z.string() }),
  mac: macText,
  prefix: prefixText.nullable(),
  address: z.ipv6().nullable(),
  dad: z.enum(['none', 'tentative', 'ok', 'duplicate']),
  step: z.enum(STEPS),
  fault: z.object({ cause: z.enum(CAUSES), detail: z.string() }).nullable(),
  underlay: z.object({ interface: z.string(), address: z.string() }).nullable(),
  endpoint: endpointText.nullable(),
  lastHandshake: time.nullable(),
  verifiedSince: time.nullable(),
  reachability,
  roam,
});
export type TunnelStatus = z.infer<typeof tunnelStatus>;

/** Everything observed. Result of `status`. */
export const status = z.object({ version: z.string().min(1), tunnels: z.array(tunnelStatus) });
export type Status = z.infer<typeof status>;

/** Sent to a subscriber: the present snapshot first, then one at every change. */
export const changed = z.object({ status });
