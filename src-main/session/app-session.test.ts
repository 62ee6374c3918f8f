import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockHelper, type MockOptions } from '../../src-engine/mock-helper/mock-helper.ts';
import { ProfileStore } from '../../src-engine/profiles/profile-store.ts';
import {
  EXAMPLE_FILE,
  EXAMPLE_PRIVATE,
  exampleProfile,
} from '../../src-engine/testing/examples.ts';
import type { AppState } from '../../src-shared/ipc/app-state.ts';
import { fail, ok } from '../../src-shared/model/result.ts';
import type { Elevation } from '../platform/elevation.ts';
import { AppSession } from './app-session.ts';
import { SettingsFile } from './settings.ts';

type Order = MockOptions & {
  readonly profiles?: readonly ReturnType<typeof exampleProfile>[];
  readonly missing?: boolean;
  readonly install?: Elevation['installHelper'];
  readonly copy?: (text: string) => Promise<void>;
};

async function started(order: Order = {}) {
  const { profiles = [exampleProfile()], missing = false, install, copy, ...options } = order;
  const helper = await MockHelper.absent(options);
  if (!missing) {
    await helper.listenAgain();
  }
  const folder = await mkdtemp(join(tmpdir(), 'app-session-'));
  const store = new ProfileStore(join(folder, 'profiles'));
  for (const profile of profiles) {
    await store.create(profile);
  }
  const copied: string[] = [];
  const session = new AppSession({
    version: '0.1.0',
    helper: { socketPath: helper.socketPath, socketOwner: process.getuid?.() ?? 0 },
    store,
    settings: new SettingsFile(join(folder, 'settings.json')),
    elevation: {
      installHelper: install ?? (async () => ok(undefined)),
      uninstallHelper: async () => ok(undefined),
    },
    copy: copy ?? (async (text) => void copied.push(text)),
    networkKind: () => 'wifi',
  });
  onTestFinished(async () => {
    session.dispose();
    await helper.close();
    await rm(folder, { recursive: true });
  });
  const states: AppState[] = [];
  session.onState((state) => states.push(state));
  await session.start();
  const word = () => session.state.profiles[0]?.state.state;
  const until = (state: string) => expect.poll(word, { timeout: 4000 }).toBe(state);
  const known = () =>
    expect.poll(() => session.state.helper.state, { timeout: 4000 }).not.toBe('looking');
  await known();
  return { helper, session, store, folder, copied, states, until };
}

test('connect, and every state on the way; disconnect', async () => {
  const { session, states, until } = await started();
  expect(session.state.profiles[0]?.actions.connect).toEqual({ allowed: true });
  expect(await session.connect('home')).toEqual({ ok: true, value: undefined });
  await until('verified');
  const seen = states.map(({ profiles }) => profiles[0]?.state.state);
  expect([...new Set(seen)]).toEqual(['off', 'connecting', 'verified']);
  expect(states.map(({ profiles }) => profiles[0]?.pending)).toContain('connect');
  expect(session.state.profiles[0]).toMatchObject({
    pending: null,
    address: '2001:db8::10ab:34ff:fecd:56ef',
    observed: { network: { kind: 'wifi', interface: 'wlan0' } },
  });
  expect(await session.disconnect('home')).toMatchObject({ ok: true });
  await until('off');
});

test('a refusal is the answer, and a notice until it is dismissed', async () => {
  const { session } = await started({ refuse: { set: 'engine-missing' } });
  const error = { name: 'engine-missing', message: 'refused by the test' };
  expect(await session.connect('home')).toMatchObject({ ok: false, error });
  expect(session.state.notice).toMatchObject({ about: 'connect', error });
  expect(session.state.profiles[0]).toMatchObject({ pending: null, state: { state: 'off' } });
  session.dismiss();
  expect(session.state.notice).toBeNull();
});

describe('the helper', () => {
  test('missing, then installed: found at once', async () => {
    const { helper, session, until } = await started({
      missing: true,
      install: async () => {
        // By now the watch tries seconds apart.
        await new Promise((resolve) => setTimeout(resolve, 1800));
        await helper.listenAgain();
        return ok(undefined);
      },
    });
    expect(session.state.helper).toMatchObject({ state: 'helper-missing', installing: false });
    const installed = session.installHelper();
    expect(session.state.helper.installing).toBe(true);
    expect(await session.installHelper()).toMatchObject({ error: { name: 'busy' } });
    expect(await installed).toMatchObject({ ok: true });
    await expect.poll(() => session.state.helper.state, { timeout: 500 }).toBe('ok');
    await until('off');
  });

  test('consent that is not given is said', async () => {
    const error = { name: 'elevation-denied' as const, message: 'You did not agree.' };
    const { session } = await started({ missing: true, install: async () => fail(error) });
    expect(await session.installHelper()).toMatchObject({ error });
    expect(session.state).toMatchObject({
      helper: { installing: false },
      notice: { about: 'helper', error },
    });
  });

  test('dies and comes back: what it holds is shown again', async () => {
    const { helper, session, until } = await started();
    await session.connect('home');
    await until('verified');
    await helper.stop();
    await until('failed');
    expect(session.state.helper.state).toBe('helper-missing');
    await helper.listenAgain();
    await until('verified');
  });

  test('that lets us only read', async () => {
    const { session } = await started({ access: 'read' });
    expect(session.state.helper).toMatchObject({ state: 'not-authorised', access: 'read' });
    expect(session.state.profiles[0]?.actions.connect).toMatchObject({ why: 'not-authorised' });
    expect(await session.connect('home')).toMatchObject({ error: { name: 'not-authorised' } });
  });
});

describe('profiles', () => {
  test('a file becomes a profile, its key goes to the helper and shows up nowhere', async () => {
    const { helper, session, states } = await started({ profiles: [] });
    const checked = session.checkFile(EXAMPLE_FILE, 'lab.conf');
    expect(checked).toMatchObject({ suggestedName: 'lab', outcome: { ok: true } });
    expect(await session.importFile('lab', checked.text)).toEqual({ ok: true, value: 'lab' });
    expect(session.state).toMatchObject({ chosen: 'lab', profiles: [{ name: 'lab' }] });
    expect([...helper.keys.values()]).toEqual([EXAMPLE_PRIVATE]);
    expect(JSON.stringify([states, session.state])).not.toContain(EXAMPLE_PRIVATE);
    expect(await session.importFile('lab', EXAMPLE_FILE)).toMatchObject({
      error: { name: 'profile-exists', quoted: 'lab' },
    });
  });

  test('closing the window forgets what was typed', async () => {
    const { session } = await started({ profiles: [] });
    const { text } = session.checkFile(EXAMPLE_FILE);
    session.discardFile();
    expect(await session.importFile('lab', text)).toMatchObject({ error: { name: 'bad-key' } });
    expect(session.state.profiles).toEqual([]);
  });

  test('what another program adds or damages is seen after a reload', async () => {
    const { session, store, folder } = await started();
    await store.create(exampleProfile({ name: 'lab' }));
    await session.reload();
    expect(session.state.profiles.map(({ name }) => name)).toEqual(['home', 'lab']);
    await writeFile(join(folder, 'profiles', 'lab.json'), '{');
    await session.reload();
    expect(session.state).toMatchObject({
      profiles: [{ name: 'home' }],
      profilesError: { name: 'profile-damaged' },
    });
  });

  test('a prefix that was heard is kept, so the address is known before the next connect', async () => {
    const bare = exampleProfile({ prefix: null });
    const { session, store, until } = await started({ profiles: [bare] });
    expect(session.state.profiles[0]?.address).toBeNull();
    await session.connect('home');
    await until('verified');
    await session.disconnect('home');
    await until('off');
    expect(session.state.profiles[0]?.address).toBe('2001:db8::10ab:34ff:fecd:56ef');
    const kept = await store.read('home');
    expect(kept.ok && kept.value.learnedPrefix).toBe('2001:db8::/64');
  });
});

describe('the chosen profile', () => {
  const two = { profiles: [exampleProfile(), exampleProfile({ name: 'lab' })] };

  test('is the first, the one that is up, or the one that was chosen, also after a start', async () => {
    const { session, folder } = await started(two);
    expect(session.state.chosen).toBe('home');
    await session.connect('lab');
    await expect.poll(() => session.state.chosen).toBe('lab');
    expect(await session.choose('home')).toMatchObject({ ok: true });
    expect(session.state.chosen).toBe('home');
    const settings = await new SettingsFile(join(folder, 'settings.json')).read();
    expect(settings.chosen).toBe('home');
  });

  test('must exist', async () => {
    const { session } = await started(two);
    expect(await session.choose('office')).toMatchObject({
      error: { name: 'no-such-profile', quoted: 'office' },
    });
  });
});

describe('copying', () => {
  test('the address', async () => {
    const { session, copied } = await started();
    expect(await session.copyAddress('home')).toMatchObject({ ok: true });
    expect(copied).toEqual(['2001:db8::10ab:34ff:fecd:56ef']);
  });

  test('none yet, and a clipboard that refuses', async () => {
    const none = await started({ profiles: [exampleProfile({ prefix: null })] });
    expect(await none.session.copyAddress('home')).toMatchObject({ error: { name: 'no-address' } });
    const broken = await started({
      copy: async () => {
        throw new Error('no display');
      },
    });
    expect(await broken.session.copyAddress('home')).toMatchObject({
      error: { name: 'clipboard', message: 'no display' },
    });
    expect(broken.session.state.notice).toMatchObject({ about: 'copy' });
  });
});

test('quitting disconnects what is ours and not what another user brought up', async () => {
  const { helper, session, store, until } = await started({
    profiles: [exampleProfile(), exampleProfile({ name: 'lab' })],
  });
  await session.connect('home');
  await until('verified');
  expect(await session.disconnectAll()).toMatchObject({ ok: true });
  expect(helper.desired).toEqual([]);
  await session.connect('lab');
  await store.remove('lab');
  await session.reload();
  expect(await session.disconnectAll()).toMatchObject({ ok: true });
  expect(helper.desired.map(({ name }) => name)).toEqual(['lab']);
});
