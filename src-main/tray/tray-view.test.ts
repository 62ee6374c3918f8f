import { describe, expect, test } from 'vitest';
import type { HelperFacts } from '../../src-shared/ipc/app-state.ts';
import type { SessionState } from '../../src-shared/model/session-state.ts';
import { appOf, workingHelper } from '../../src-shared/testing/app-state.ts';
import { ADDRESS, AT, profileIn } from '../testing/examples.ts';
import { type TrayItem, trayView } from './tray-view.ts';

const separator: TrayItem = { type: 'separator' };
const text = (label: string): TrayItem => ({ type: 'text', label });
const copy: TrayItem = {
  type: 'action',
  label: `Copy ${ADDRESS}`,
  enabled: true,
  action: { do: 'copy', profile: 'home' },
};
const hub = text('Hub hub.example:23450');
const change = (what: 'connect' | 'disconnect', enabled = true): TrayItem => ({
  type: 'action',
  label: what === 'connect' ? 'Connect' : 'Disconnect',
  enabled,
  action: { do: what, profile: 'home' },
});
const open = (label: string): TrayItem => ({
  type: 'action',
  label,
  enabled: true,
  action: { do: 'open' },
});
const end: TrayItem[] = [
  separator,
  open('Open Mooring'),
  { type: 'action', label: 'Quit', enabled: true, action: { do: 'quit' } },
];

const off: SessionState = { state: 'off' };
const verified: SessionState = { state: 'verified', since: AT, rttMs: 21.2 };

describe('one profile, in every state', () => {
  test('off', () => {
    expect(trayView(appOf([profileIn(off)]))).toEqual({
      icon: 'off',
      tooltip: 'Mooring: Not connected',
      menu: [text('Not connected'), separator, copy, hub, separator, change('connect'), ...end],
    });
  });

  test('verified, with the round-trip time', () => {
    expect(trayView(appOf([profileIn(verified)]))).toEqual({
      icon: 'verified',
      tooltip: `Mooring: Connected, ${ADDRESS}`,
      menu: [
        text('Connected'),
        separator,
        copy,
        text('Hub hub.example:23450, 21 ms'),
        separator,
        change('disconnect'),
        ...end,
      ],
    });
  });

  const up: [SessionState, string][] = [
    [{ state: 'connecting', step: 'tap' }, 'Connecting'],
    [{ state: 'degraded', reasons: ['internet'] }, 'Connected, not fully'],
    [{ state: 'roaming', since: AT }, 'Changing networks'],
    [{ state: 'waiting', why: 'no-network', detail: '' }, 'Waiting for a network'],
    [{ state: 'waiting', why: 'name-unresolved', detail: '' }, 'Waiting for the hub’s name'],
    [{ state: 'waiting', why: 'no-answer', detail: '' }, 'Waiting for the hub'],
    [{ state: 'waiting', why: 'captive-portal', detail: '' }, 'Waiting for a sign-in'],
    [{ state: 'failed', cause: 'duplicate-identity', detail: '' }, 'Address in use elsewhere'],
    [{ state: 'failed', cause: 'key-missing', detail: '' }, 'Key is missing'],
    [{ state: 'failed', cause: 'kernel-lacks', detail: '' }, 'This system lacks a part'],
    [{ state: 'failed', cause: 'prefix-mismatch', detail: '' }, 'Unexpected network at the hub'],
    [{ state: 'failed', cause: 'system', detail: '' }, 'Could not connect'],
  ];
  test.each(up)('%j', (state, title) => {
    expect(trayView(appOf([profileIn(state)]))).toEqual({
      icon: state.state,
      tooltip: `Mooring: ${title}, ${ADDRESS}`,
      menu: [text(title), separator, copy, hub, separator, change('disconnect'), ...end],
    });
  });

  test('what was asked for and is not answered yet cannot be asked for twice', () => {
    expect(trayView(appOf([profileIn(off, { pending: 'connect' })]))).toMatchObject({
      icon: 'connecting',
      menu: [
        text('Not connected'),
        separator,
        copy,
        hub,
        separator,
        change('connect', false),
        ...end,
      ],
    });
    expect(trayView(appOf([profileIn(verified, { pending: 'disconnect' })]))).toMatchObject({
      icon: 'connecting',
      tooltip: `Mooring: Disconnecting, ${ADDRESS}`,
    });
  });

  test('an address that is not known yet cannot be copied', () => {
    const { menu } = trayView(appOf([profileIn(off, { address: null })]));
    expect(menu).toEqual([
      text('Not connected'),
      separator,
      hub,
      separator,
      change('connect'),
      ...end,
    ]);
  });
});

describe('several profiles', () => {
  test('the chosen one is acted on, the others can be chosen', () => {
    const office = profileIn(off, { name: 'office' });
    const { menu, icon } = trayView(appOf([profileIn(verified), office], { chosen: 'home' }));
    expect(icon).toBe('verified');
    expect(menu.slice(-5)).toEqual([
      change('disconnect'),
      {
        type: 'submenu',
        label: 'Profiles',
        items: [
          {
            type: 'radio',
            label: 'home: Connected',
            checked: true,
            action: { do: 'choose', profile: 'home' },
          },
          {
            type: 'radio',
            label: 'office: Not connected',
            checked: false,
            action: { do: 'choose', profile: 'office' },
          },
        ],
      },
      ...end,
    ]);
  });
});

describe('no profile', () => {
  test('one can be added', () => {
    expect(trayView(appOf([]))).toEqual({
      icon: 'off',
      tooltip: 'Mooring: No profile yet',
      menu: [text('No profile yet'), separator, open('Add a profile…'), ...end],
    });
  });
});

describe('the helper', () => {
  const helper = (over: Partial<HelperFacts>): HelperFacts => ({
    ...workingHelper,
    version: null,
    access: null,
    ...over,
  });

  test.each([
    ['helper-missing', 'Helper is not running'],
    ['untrusted-helper', 'Helper is not trusted'],
    ['helper-version', 'Helper is of another version'],
  ] as const)('%s is told and leads to its installation', (state, title) => {
    expect(trayView(appOf([], { helper: helper({ state }) }))).toEqual({
      icon: 'failed',
      tooltip: `Mooring: ${title}`,
      menu: [text(title), separator, open('Install the helper…'), ...end],
    });
  });

  test('of which we are no operator', () => {
    const state = 'not-authorised';
    const { menu } = trayView(appOf([profileIn(off)], { helper: helper({ state }) }));
    expect(menu).toContainEqual(open('Install the helper…'));
    expect(menu).not.toContainEqual(change('connect'));
  });

  test('before its first answer nothing is offered and nothing is said to be wrong', () => {
    const looking = helper({ state: 'looking' });
    expect(trayView(appOf([], { helper: looking }))).toEqual({
      icon: 'off',
      tooltip: 'Mooring: Looking for the helper',
      menu: [text('Looking for the helper'), ...end],
    });
  });

  test('being installed', () => {
    const installing = helper({ state: 'helper-missing', installing: true });
    expect(trayView(appOf([], { helper: installing }))).toMatchObject({
      icon: 'connecting',
      tooltip: 'Mooring: Installing the helper',
    });
  });
});

test('what went wrong last is there, cut to the width of a menu', () => {
  const error = { name: 'foreign-tunnel', message: 'x'.repeat(100) };
  const { menu } = trayView(appOf([profileIn(off)], { notice: { about: 'connect', error } }));
  expect(menu[1]).toEqual(text(`${'x'.repeat(59)}…`));
});
