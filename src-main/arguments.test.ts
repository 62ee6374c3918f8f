import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

test.each([
  [[], { hidden: false, mockHelper: null, lab: null }],
  [['--hidden'], { hidden: true, mockHelper: null, lab: null }],
  [['--mock-helper'], { hidden: false, mockHelper: 'verified', lab: null }],
  [['--mock-helper='], { hidden: false, mockHelper: 'verified', lab: null }],
  [['--mock-helper=off', '--hidden'], { hidden: true, mockHelper: 'off', lab: null }],
  [['--disable-gpu', '.', '--mock-helpers'], { hidden: false, mockHelper: null, lab: null }],
  [['--lab=/run/lab'], { hidden: false, mockHelper: null, lab: '/run/lab' }],
])('%j', (argv, expected) => {
  expect(readArguments(['electron', ...argv])).toEqual(expected);
});
