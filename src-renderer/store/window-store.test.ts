import { describe, expect, test } from 'vitest';
import type { AppState } from '../../src-shared/ipc/app-state.ts';
import { appOf } from '../../src-shared/testing/app-state.ts';
import { fakeIpc } from '../testing/fake-ipc.ts';
import { profileIn, type StateName, states } from '../testing/states.ts';
import { follow, windowActions } from './actions.ts';
import { screenOf } from './screen.ts';
import { chosenProfile, createWindowStore } from './window-store.ts';

function start(app?: AppState) {
  const fake = fakeIpc();
  const store = createWindowStore();
  if (app !== undefined) {
    fake.push(app);
  }
  const stop = follow(store, fake.ipc);
  const shown = () => screenOf(store.getState()).screen;
  return { fake, store, stop, shown, actions: windowActions(store, fake.ipc) };
}

describe('the screen follows from the facts', () => {
  test('before the first state', () => {
    expect(start().shown()).toBe('looking');
  });

  test.each<[StateName, string]>([
    ['looking', 'looking'],
    ['no-helper-no-profile', 'install-helper'],
    ['no-profile', 'add-profile'],
    ['unreadable', 'unreadable'],
    ['missing', 'home'],
    ['off', 'home'],
    ['two-profiles', 'home'],
  ])('%s: %s', (name, screen) => {
    expect(start(states[name]).shown()).toBe(screen);
  });

  test('no profile, and the helper is still being asked', () => {
    const app = appOf([], { helper: { state: 'looking', access: null } });
    expect(start(app).shown()).toBe('looking');
  });

  test('adding a profile, and back', async () => {
    const { actions, shown, store } = start(states.off);
    actions.addProfile();
    expect(screenOf(store.getState())).toMatchObject({
      screen: 'add-profile',
      replacing: null,
      leavable: true,
    });
    await actions.replaceProfile(profileIn({ state: 'off' }));
    expect(screenOf(store.getState())).toMatchObject({ replacing: 'home' });
    actions.goHome();
    expect(shown()).toBe('home');
  });
});

describe('a profile that was made', () => {
  const two = states['two-profiles'];

  test('is awaited before the page is left', () => {
    const { actions, fake, shown, store } = start(states.off);
    actions.addProfile();
    actions.added('office');
    expect(shown()).toBe('add-profile');
    fake.push(two);
    expect(shown()).toBe('home');
    expect(store.getState().focusAction).toBe(true);
  });

  test('may be told of before the call is answered', () => {
    const { actions, fake, shown } = start(states.off);
    actions.addProfile();
    fake.push(two);
    expect(shown()).toBe('add-profile');
    actions.added('office');
    expect(shown()).toBe('home');
  });
});

test('the first run ends with the first connection', () => {
  const { fake, store } = start(states['no-helper-no-profile']);
  const seen = [states['no-profile'], states.off, states.connecting, states.verified, states.off];
  const firstRun = seen.map((app) => {
    fake.push(app);
    return store.getState().firstRun;
  });
  expect(firstRun).toEqual([true, true, true, false, false]);
});

test('a window that opens with a profile has no first run', () => {
  expect(start(states.off).store.getState().firstRun).toBe(false);
});

test('a profile that is chosen and not there falls back on the first', () => {
  expect(chosenProfile({ ...states['two-profiles'], chosen: 'gone' })?.name).toBe('home');
  expect(chosenProfile(states['no-profile'])).toBeNull();
});

test('following can be stopped', () => {
  const { fake, stop, store } = start(states.off);
  stop();
  fake.push(states.verified);
  expect(store.getState().app).toBe(states.off);
  expect(fake.listeners()).toBe(0);
});
