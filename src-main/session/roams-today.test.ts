import { expect, test } from 'vitest';
import { roamsToday } from './roams-today.ts';

const now = new Date(2026, 10, 25, 9, 30);
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
const roam = (recent: { at: string; outageMs: number }[], count = recent.length) => ({
  since: null,
  count,
  lastOutageMs: null,
  recent,
});

test('none', () => {
  expect(roamsToday(roam([]), now)).toEqual({ count: 0, atLeast: false, last: null });
});

test('those since midnight here, and the last of them', () => {
  const recent = [
    { at: at(24, 23), outageMs: 1 },
    { at: at(25, 0), outageMs: 2 },
    { at: at(25, 9), outageMs: 84 },
  ];
  expect(roamsToday(roam(recent, 40), now)).toEqual({
    count: 2,
    atLeast: false,
    last: { outageMs: 84, at: at(25, 9) },
  });
});

test('yesterday only', () => {
  expect(roamsToday(roam([{ at: at(24, 23), outageMs: 1 }]), now)).toMatchObject({
    count: 0,
    last: null,
  });
});

test('all that the helper remembers is of today, and it has forgotten some', () => {
  const recent = Array.from({ length: 32 }, () => ({ at: at(25, 8), outageMs: 5 }));
  expect(roamsToday(roam(recent, 50), now)).toMatchObject({ count: 32, atLeast: true });
  // The one that is under way is counted and not remembered yet.
  expect(roamsToday(roam(recent, 33), now)).toMatchObject({ count: 32, atLeast: false });
});
