import { randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import { type NamedError, ok, type Result } from '../../src-shared/model/result.ts';
import { checkKey } from '../../src-shared/model/wireguard-key.ts';

/** Both halves in base64. The private one is handed to the helper and let go of. */
export type KeyPair = { readonly privateKey: string; readonly publicKey: string };

/** A new pair; the private key is clamped as by wg genkey (RFC 7748 section 5). */
export function newKeyPair(): KeyPair {
  const secret = randomBytes(32);
  secret[0] = (secret[0] ?? 0) & 0xf8;
  secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40;
  return { privateKey: secret.toString('base64'), publicKey: publicOf(secret) };
}

/** The public half of a private key. Errors: `bad-key`, which quotes nothing. */
export function publicKeyOf(privateKey: string): Result<string, NamedError<'bad-key'>> {
  const checked = checkKey(privateKey);
  return checked.ok ? ok(publicOf(Buffer.from(privateKey, 'base64'))) : checked;
}

function publicOf(secret: Uint8Array): string {
  return Buffer.from(nacl.scalarMult.base(secret)).toString('base64');
}
