// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useNow } from './clock.ts';

const start = new Date('2026-11-24T14:20:00Z');
const secondsSince = (now: Date) => (now.getTime() - start.getTime()) / 1000;

let visibility: ReturnType<typeof vi.spyOn>;
function show(state: DocumentVisibilityState) {
  (visibility as ReturnType<typeof vi.fn>).mockReturnValue(state);
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
}

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  visibility = vi.spyOn(document, 'visibilityState', 'get');
  show('visible');
});
afterEach(() => {
  cleanup();
  visibility.mockRestore();
  vi.useRealTimers();
});

test('one timer serves all who look', () => {
  const first = renderHook(useNow);
  const second = renderHook(useNow);
  expect(vi.getTimerCount()).toBe(1);
  act(() => void vi.advanceTimersByTime(3000));
  expect([first, second].map(({ result }) => secondsSince(result.current))).toEqual([3, 3]);
  first.unmount();
  expect(vi.getTimerCount()).toBe(1);
  second.unmount();
  expect(vi.getTimerCount()).toBe(0);
});

test('time stands while nobody can see it, and is right at once afterwards', () => {
  const { result } = renderHook(useNow);
  show('hidden');
  expect(vi.getTimerCount()).toBe(0);
  act(() => void vi.advanceTimersByTime(60_000));
  expect(secondsSince(result.current)).toBe(0);
  show('visible');
  expect(secondsSince(result.current)).toBe(60);
});
