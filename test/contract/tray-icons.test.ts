import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STATES } from '../../scripts/lib/icons.mjs';
import type { SessionWord } from '../../src-shared/model/session-state.ts';
import { ROOT } from '../boundaries/imports.ts';

// A record, so that a state that is added cannot be forgotten here.
const WORDS: Record<SessionWord, true> = {
  off: true,
  connecting: true,
  verified: true,
  degraded: true,
  roaming: true,
  waiting: true,
  failed: true,
};

test('every state has an icon, with a shape of its own', () => {
  expect([...STATES].sort()).toEqual(Object.keys(WORDS).sort());
  const source = readFileSync(`${ROOT}assets/mooring.svg`, 'utf8');
  const shapes = STATES.map((state) => {
    const body = new RegExp(`<g id="tray-${state}">([\\s\\S]*?)\\n    </g>`).exec(source)?.[1];
    // Without its colours, so that two shapes that differ by those alone are the same.
    return body?.replace(/(?:fill|stroke)="#[0-9a-f]+"/g, '');
  });
  expect(shapes).not.toContain(undefined);
  expect(new Set(shapes).size).toBe(STATES.length);
});
