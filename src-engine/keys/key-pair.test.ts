import { createPrivateKey, createPublicKey } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newKeyPair, publicKeyOf } from './key-pair.ts';

// RFC 8410 section 7: what stands before the 32 bytes of an X25519 private key.
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** OpenSSL's answer, as the second opinion. */
function publicByNode(secret: Uint8Array): string {
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

test('the public half is what another implementation says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      const text = Buffer.from(secret).toString('base64');
      expect(publicKeyOf(text)).toEqual({ ok: true, value: publicByNode(secret) });
    }),
    { numRuns: 50 },
  );
});

test('a new pair is clamped, canonical and its own', () => {
  const pair = newKeyPair();
  const secret = Buffer.from(pair.privateKey, 'base64');
  expect((secret[0] ?? 1) & 0x07).toBe(0);
  expect((secret[31] ?? 0) & 0xc0).toBe(0x40);
  expect(publicKeyOf(pair.privateKey)).toEqual({ ok: true, value: pair.publicKey });
  expect(newKeyPair().privateKey).not.toBe(pair.privateKey);
});

test('a bad private key is refused and not quoted', () => {
  const result = publicKeyOf('hunter2');
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(result.ok).toBe(false);
});
