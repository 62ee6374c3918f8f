import * as z from 'zod';
import { nameText, publicKeyText } from '../model/tunnel-fields.ts';
import { HELPER_ERROR_NAMES } from './errors.ts';

/** Raised when an older client could misread a newer helper. */
export const PROTOCOL_VERSION = 1;

/** Most bytes of content in one frame, in either direction. */
export const MAX_FRAME_BYTES = 64 * 1024;

const count = z.int().min(0);

/** The helper's first frame on every connection. `lacks` names what is missing for an engine to run here. */
export const hello = z.object({
  protocol: z.int().min(1),
  version: z.string().min(1),
  access: z.enum(['read', 'write']),
  engines: z.array(z.object({ kind: z.enum(['kernel', 'userspace']), lacks: z.array(z.string()) })),
});
export type Hello = z.infer<typeof hello>;

/** Says nothing: the snapshot and every later one come as `changed`, so that none overtakes another. */
export const subscribeResult = z.object({});

/** Whether the desired configuration differed from the one already held. */
export const setResult = z.object({ changed: z.boolean() });
export type SetResult = z.infer<typeof setResult>;

/** Counters; sizes in bytes, counts since the bring-up. */
export const stats = z.object({
  uptimeSeconds: z.number().min(0),
  residentBytes: count,
  tunnels: z.array(
    z.object({ name: nameText, rxBytes: count, txBytes: count, roams: count, repairs: count }),
  ),
});
export type Stats = z.infer<typeof stats>;

export const publicKey = z.object({ publicKey: publicKeyText });
export type PublicKey = z.infer<typeof publicKey>;

export const keysListResult = z.object({ keys: z.array(publicKey) });
export type KeysListResult = z.infer<typeof keysListResult>;

export const keysDeleteResult = z.object({ deleted: z.boolean() });
export type KeysDeleteResult = z.infer<typeof keysDeleteResult>;

/** The data member of a JSON-RPC error. */
export const errorData = z.object({
  name: z.enum(HELPER_ERROR_NAMES),
  field: z.string().min(1).optional(),
  quoted: z.string().min(1).optional(),
});
export type ErrorData = z.infer<typeof errorData>;
