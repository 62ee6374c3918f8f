import { expect, test } from 'vitest';
import { engineText } from './engine-words.ts';

const userspace = { kind: 'userspace', lacks: [] } as const;
const kernel = (...lacks: string[]) => ({ kind: 'kernel', lacks }) as const;

test.each([
  ['kernel', [kernel(), userspace], 'kernel'],
  ['userspace', [kernel('GRETAP'), userspace], 'userspace (the kernel lacks GRETAP)'],
  [
    'userspace',
    [kernel('WireGuard', 'GRETAP'), userspace],
    'userspace (the kernel lacks WireGuard and GRETAP)',
  ],
  [
    'userspace',
    [kernel('WireGuard', 'GRETAP', 'nftables'), userspace],
    'userspace (the kernel lacks WireGuard, GRETAP and nftables)',
  ],
  ['userspace', [kernel(), userspace], 'userspace'], // the profile asks for it
  ['userspace', [userspace], 'userspace'], // the helper offers no other
  ['userspace', [], 'userspace'],
] as const)('%s of %j: %s', (kind, engines, text) => {
  expect(
    engineText(
      kind,
      [...engines].map((e) => ({ ...e, lacks: [...e.lacks] })),
    ),
  ).toBe(text);
});
