import { expect, test } from 'vitest';
import { caretAfter } from './caret.ts';

test.each([
  ['the same text', 'ab\ncd', 4, 'ab\ncd', 4],
  ['a shorter line above', 'key = secret\nab', 14, 'key = x\nab', 9],
  ['a shorter line of its own', 'key = secret\nab', 12, 'key = x\nab', 7],
  ['a longer line above', 'k\nab', 3, 'k = long\nab', 10],
  ['fewer lines', 'a\nb\nc', 5, 'a\nb', 3],
  ['nothing left', 'abc', 2, '', 0],
])('%s', (_about, before, caret, after, expected) => {
  expect(caretAfter(before, caret, after)).toBe(expected);
});
