import { expect, test } from 'vitest';
import { type ActionFacts, allowedActions } from './allowed-actions.ts';

const off: ActionFacts = {
  state: { state: 'off' },
  held: false,
  access: 'write',
  address: '2001:db8::1',
};
const up: ActionFacts = {
  ...off,
  held: true,
  state: { state: 'verified', since: '2026-11-24T22:48:24Z', rttMs: 1 },
};

function words(facts: ActionFacts): Record<string, string> {
  const entries = Object.entries(allowedActions(facts));
  return Object.fromEntries(entries.map(([action, p]) => [action, p.allowed ? 'yes' : p.why]));
}

const all = (word: string, over: Record<string, string> = {}) => ({
  connect: word,
  disconnect: word,
  probe: word,
  'copy-address': 'yes',
  replace: word,
  remove: word,
  ...over,
});

test.each([
  ['off', off, all('yes', { disconnect: 'not-up', probe: 'not-up' })],
  ['up', up, all('up', { connect: 'already', disconnect: 'yes', probe: 'yes' })],
  [
    'failed and held: only down helps',
    { ...up, state: { state: 'failed', cause: 'system', detail: '' } },
    all('up', { connect: 'already', disconnect: 'yes', probe: 'yes' }),
  ],
  [
    'asked for, not held yet',
    { ...off, state: { state: 'connecting', step: 'key' } },
    all('yes', { probe: 'not-up' }),
  ],
  ['a reader', { ...up, access: 'read' }, all('not-authorised')],
  ['no helper', { ...off, access: null }, all('no-helper')],
  [
    'no prefix yet',
    { ...off, address: null },
    all('yes', { disconnect: 'not-up', probe: 'not-up', 'copy-address': 'no-address' }),
  ],
] as const)('%s', (_about, facts, expected) => {
  expect(words(facts as ActionFacts)).toEqual(expected);
});
