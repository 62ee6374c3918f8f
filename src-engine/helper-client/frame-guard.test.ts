import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameGuard } from './frame-guard.ts';

const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function through(chunks: readonly Buffer[]): Promise<Buffer> {
  const guard = new FrameGuard();
  const all = buffer(guard);
  for (const chunk of chunks) {
    guard.write(chunk);
  }
  guard.end();
  return all;
}

test('frames pass unchanged however they are cut', async () => {
  const bodies = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 5 });
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(bodies, cuts, async (texts, sizes) => {
      const whole = Buffer.from(texts.map((text) => frame(text)).join(''));
      const chunks: Buffer[] = [];
      for (let at = 0, n = 0; at < whole.length; n += 1) {
        const size = sizes[n % sizes.length] ?? 1;
        chunks.push(whole.subarray(at, at + size));
        at += size;
      }
      expect((await through(chunks)).equals(whole)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a frame of exactly the limit passes', async () => {
  const whole = Buffer.from(frame('x'.repeat(65_536)));
  expect((await through([whole])).length).toBe(whole.length);
});

describe('refused', () => {
  test.each([
    ['above the limit', 'Content-Length: 65537\r\n\r\n', 'above the limit'],
    ['far above the limit', 'Content-Length: 9999999999\r\n\r\n', 'no Content-Length'],
    ['a negative length', 'Content-Length: -1\r\n\r\n', 'no Content-Length'],
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\n', 'no Content-Length'],
    ['no length', 'Content-Type: x\r\n\r\n', 'no Content-Length'],
    ['a header without end', 'x'.repeat(1025), 'too long'],
  ])('%s', async (_about, text, message) => {
    await expect(through([Buffer.from(text)])).rejects.toThrow(message);
  });
});
