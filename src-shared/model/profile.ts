import * as z from 'zod';
import type { Tunnel } from '../helper-protocol/requests.ts';
import { stableAddressOf } from './eui64.ts';
import { checkHubAgainstUs, prefixText, tunnelFields } from './tunnel-fields.ts';

/**
 * One hub as a laptop sees it, as it lies on disk. It holds no secret: the private key of `publicKey` is the
 * helper's. `prefix` is pinned by the person, so a hub that advertises another is refused; `learnedPrefix` was
 * last heard from the hub and only lets the address be known before the next connect.
 */
export const profile = z
  .strictObject({
    version: z.literal(1),
    ...tunnelFields,
    learnedPrefix: prefixText.nullable(),
  })
  .superRefine(checkHubAgainstUs);
export type Profile = z.infer<typeof profile>;

/** What the helper is told of a profile. */
export function tunnelOf(from: Profile): Tunnel {
  const { version: _version, learnedPrefix: _learned, ...tunnel } = from;
  return tunnel;
}

/** The prefix as far as it is known, pinned before learned; null before the first connect. */
export function knownPrefix(of: Profile): string | null {
  return of.prefix ?? of.learnedPrefix;
}

/** The stable address as canonical text; null while no prefix is known. */
export function addressOf(of: Profile): string | null {
  return stableAddressOf(knownPrefix(of), of.mac);
}
