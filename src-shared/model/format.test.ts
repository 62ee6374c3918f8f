import { describe, expect, test } from 'vitest';
import { addressParts, ago, asSentence, clock, duration, milliseconds } from './format.ts';

test.each([
  [0, '0.0 ms'],
  [4.23, '4.2 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [20.5, '21 ms'],
  [812, '812 ms'],
  [999.6, '1.0 s'],
  [1440, '1.4 s'],
  [9960, '10 s'],
  [48_000, '48 s'],
  [180_000, '3 min'],
])('milliseconds %d: %s', (ms, text) => {
  expect(milliseconds(ms)).toBe(text);
});

test.each([
  [-5, '0 s'],
  [400, '0 s'],
  [119_400, '119 s'],
  [119_600, '2 min'],
  [7_199_000, '120 min'],
  [7_200_000, '2 h'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('duration %d: %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

describe('times', () => {
  const now = new Date('2026-11-24T12:00:00Z');

  test.each([
    ['2026-11-24T11:59:59Z', 'just now'],
    ['2026-11-24T12:00:40Z', 'just now'],
    ['2026-11-24T11:59:48Z', '12 s ago'],
    ['2026-11-24T11:55:00Z', '5 min ago'],
    ['2026-11-24T09:00:00Z', '3 h ago'],
  ])('%s is %s', (at, text) => {
    expect(ago(at, now)).toBe(text);
  });

  test('a clock says the day when it is another one', () => {
    const local = (day: number) => new Date(2026, 10, day, 9, 5);
    expect(clock(local(24).toISOString(), local(24))).toBe('09:05');
    expect(clock(local(3).toISOString(), local(24))).toBe('3 Nov, 09:05');
  });
});

test.each([
  ['2001:db8::10ab:34ff:fecd:56ef', '2001:db8::', '10ab:34ff:fecd:56ef'],
  ['2001:db8:1:2:10ab:34ff:fecd:56ef', '2001:db8:1:2:', '10ab:34ff:fecd:56ef'],
  ['2001:db8:1:2::ff:fe00:1', '2001:db8:1:2::', 'ff:fe00:1'],
  ['2001:db8::1:10ab:34ff:fecd:56ef', '2001:db8::1:', '10ab:34ff:fecd:56ef'],
])('%s is %s and %s', (address, network, device) => {
  expect(addressParts(address)).toEqual([network, device]);
});

test.each([
  ['the field has no value', 'The field has no value.'],
  ['Consent was not given.', 'Consent was not given.'],
  ['is it there?', 'Is it there?'],
  ['it failed. This does the same: sudo ls', 'It failed. This does the same: sudo ls'],
  ['no answer of 192.0.2.1', 'No answer of 192.0.2.1.'],
])('%j as a sentence is %j', (message, sentence) => {
  expect(asSentence(message)).toBe(sentence);
});
