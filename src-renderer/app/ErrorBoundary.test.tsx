// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ErrorBoundary } from './ErrorBoundary.tsx';

afterEach(cleanup);

function Broken(): never {
  throw new Error('no such leg');
}

test('a mistake of the window is told, and that the connection is not touched by it', () => {
  const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
  render(
    <ErrorBoundary>
      <Broken />
    </ErrorBoundary>,
  );
  const words = screen.getByRole('alert').textContent;
  expect(words).toContain('The connection is not touched by it.');
  expect(words).toContain('no such leg');
  expect(screen.getByRole('button', { name: 'Draw it anew' })).toBeTruthy();
  silent.mockRestore();
});

test('what is right is shown as it is', () => {
  render(<ErrorBoundary>fine</ErrorBoundary>);
  expect(screen.getByText('fine')).toBeTruthy();
});
