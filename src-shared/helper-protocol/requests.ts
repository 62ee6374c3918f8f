import * as z from 'zod';
import { addNamedIssue } from '../model/checked.ts';
import {
  checkHubAgainstUs,
  nameText,
  publicKeyText,
  secretKeyText,
  tunnelFields,
} from '../model/tunnel-fields.ts';

/** Most tunnels that one helper holds. */
export const MAX_TUNNELS = 10;

/** Parameters of methods that take none. */
export const emptyParams = z.strictObject({});

/** One profile on the wire. */
export const tunnel = z.strictObject(tunnelFields).superRefine(checkHubAgainstUs);
export type Tunnel = z.infer<typeof tunnel>;

/** The whole desired configuration; null takes everything down. The same twice is no change. */
export const setParams = z.strictObject({
  desired: z
    .strictObject({ tunnels: z.array(tunnel).max(MAX_TUNNELS).superRefine(refuseDuplicates) })
    .nullable(),
});
export type SetParams = z.infer<typeof setParams>;

export const probeParams = z.strictObject({ tunnel: nameText });
export type ProbeParams = z.infer<typeof probeParams>;

/** Hands a private key over; it never comes back. */
export const keysPutParams = z.strictObject({
  privateKey: secretKeyText,
  presharedKey: secretKeyText.optional(),
});
export type KeysPutParams = z.infer<typeof keysPutParams>;

export const keysDeleteParams = z.strictObject({ publicKey: publicKeyText });
export type KeysDeleteParams = z.infer<typeof keysDeleteParams>;

function refuseDuplicates(tunnels: readonly Tunnel[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of tunnels.entries()) {
    if (seen.has(name)) {
      const error = { name: 'duplicate-name', message: 'two tunnels have this name', quoted: name };
      addNamedIssue(context, error, [index, 'name']);
    }
    seen.add(name);
  }
}
