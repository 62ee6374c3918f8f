import { generateKeyPairSync } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A WireGuard key pair without starting `wg`: a process costs some 30 ms under emulation. */
export function keyPair(): KeyPair {
  const jwk = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const toBase64 = (text: string | undefined) =>
    Buffer.from(text ?? '', 'base64url').toString('base64');
  return { privateKey: toBase64(jwk.d), publicKey: toBase64(jwk.x) };
}
