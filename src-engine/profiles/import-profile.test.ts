import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HelperClient } from '../helper-client/helper-client.ts';
import { MockHelper, type MockOptions } from '../mock-helper/mock-helper.ts';
import {
  EXAMPLE_FILE,
  EXAMPLE_HELD,
  EXAMPLE_HUB,
  EXAMPLE_PRIVATE,
  EXAMPLE_PUBLIC,
  exampleProfile,
} from '../testing/examples.ts';
import { importProfile } from './import-profile.ts';
import { ProfileStore } from './profile-store.ts';
import { removeProfile } from './remove-profile.ts';

async function setUp(options?: MockOptions) {
  const helper = await MockHelper.listen(options);
  const root = await mkdtemp(join(tmpdir(), 'import-'));
  const client = new HelperClient({
    socketPath: helper.socketPath,
    socketOwner: process.getuid?.() ?? 0,
  });
  onTestFinished(async () => {
    client.dispose();
    await helper.close();
    await rm(root, { recursive: true });
  });
  await client.start();
  const store = new ProfileStore(join(root, 'profiles'));
  const put = (text = EXAMPLE_FILE, replace = false, name = 'home') =>
    importProfile(client, store, { name, text, replace });
  return { helper, client, store, root, put };
}

const without = (field: string) => EXAMPLE_FILE.replace(new RegExp(`^${field} .*\n`, 'm'), '');
const errorName = (result: { ok: boolean; error?: { name: string } }) => result.error?.name;

test('the key goes to the helper and stays out of the profile', async () => {
  const { helper, store, put } = await setUp();
  const result = await put();
  expect(result.ok && result.value.profile).toEqual(exampleProfile());
  expect(await store.read('home')).toEqual({ ok: true, value: exampleProfile() });
  expect(helper.keys.get(EXAMPLE_PUBLIC)).toBe(EXAMPLE_PRIVATE);
  expect(JSON.stringify([await store.list(), result])).not.toContain(EXAMPLE_PRIVATE);
});

test('a MAC is made when missing, and kept by a replacement', async () => {
  const { store, put } = await setUp();
  const first = await put(without('MAC'));
  const mac = first.ok ? first.value.profile.mac : '';
  expect(mac).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
  await put(without('MAC'), true);
  const kept = await store.read('home');
  expect(kept.ok && kept.value.mac).toBe(mac);
});

test('an existing profile is written over only when asked, and only when down', async () => {
  const { helper, client, put } = await setUp();
  await put();
  const again = await put();
  expect(errorName(again)).toBe('profile-exists');
  expect((await put(EXAMPLE_FILE, true)).ok).toBe(true);
  const { version: _v, learnedPrefix: _l, ...tunnel } = exampleProfile();
  await client.set({ desired: { tunnels: [tunnel] } });
  expect(errorName(await put(EXAMPLE_FILE, true))).toBe('profile-up');
  expect(helper.keys.size).toBe(1);
});

test('what a replaced hub had told is forgotten', async () => {
  const { store, put } = await setUp();
  await put(without('Prefix'));
  await store.replace(exampleProfile({ prefix: null, learnedPrefix: '2001:db8:7::/64' }));
  await put(without('Prefix'), true);
  const same = await store.read('home');
  expect(same.ok && same.value.learnedPrefix).toBe('2001:db8:7::/64');
  await put(
    without('Prefix').replace(
      /PublicKey = .*/,
      'PublicKey = mSmJRzAoRS22X0BOvsoKIyuRc+wY6XVDSM3KhKYXQ3M=',
    ),
    true,
  );
  const other = await store.read('home');
  expect(other.ok && other.value.learnedPrefix).toBeNull();
});

test('a bad file changes nothing', async () => {
  const { helper, store, put } = await setUp();
  const result = await put(EXAMPLE_FILE.replace('12:ab', '01:ab'));
  expect(!result.ok && result.error).toMatchObject({
    name: 'bad-mac',
    line: 10,
    quoted: '01:ab:34:cd:56:ef',
  });
  expect(errorName(await put(EXAMPLE_FILE, false, '../x'))).toBe('bad-name');
  const own = await put(EXAMPLE_FILE.replace(/PublicKey = .*/, `PublicKey = ${EXAMPLE_PUBLIC}`));
  expect(!own.ok && own.error).toMatchObject({ name: 'bad-key', field: 'Peer.PublicKey' });
  expect(helper.requests).toEqual([]);
  expect(await store.list()).toMatchObject({ value: { profiles: [] } });
});

test('a key that the helper holds is used, and nothing secret is stored', async () => {
  const { helper, store, root, put } = await setUp();
  helper.keys.set(EXAMPLE_PUBLIC, EXAMPLE_PRIVATE);
  const result = await put(EXAMPLE_HELD);
  expect(result.ok && [result.value.profile, result.value.key]).toEqual([exampleProfile(), 'held']);
  expect(await store.read('home')).toEqual({ ok: true, value: exampleProfile() });
  expect(helper.requests.map(({ method }) => method)).toEqual(['keys.list']);
  await rm(join(root, 'profiles'), { recursive: true });
  await writeFile(join(root, 'profiles'), 'in the way');
  expect(errorName(await put(EXAMPLE_HELD))).toBe('profile-io');
  expect(helper.keys.get(EXAMPLE_PUBLIC)).toBe(EXAMPLE_PRIVATE);
});

test('a key that the helper does not hold is named, and nothing changes', async () => {
  const { helper, store, put } = await setUp();
  const result = await put(EXAMPLE_HELD);
  expect(!result.ok && result.error).toMatchObject({
    name: 'key-missing',
    field: 'Mooring.PublicKey',
    quoted: EXAMPLE_PUBLIC,
  });
  expect(helper.keys.size).toBe(0);
  expect(await store.list()).toMatchObject({ value: { profiles: [] } });
});

test('PrivateKey and PublicKey of one pair are fine, of two are not', async () => {
  const { helper, put } = await setUp();
  const other = await put(`${EXAMPLE_FILE}PublicKey = ${EXAMPLE_HUB}\n`);
  expect(!other.ok && other.error).toMatchObject({
    name: 'key-mismatch',
    field: 'Mooring.PublicKey',
    quoted: EXAMPLE_HUB,
  });
  expect(JSON.stringify(other)).not.toContain(EXAMPLE_PRIVATE);
  expect(helper.requests).toEqual([]);
  const same = await put(`${EXAMPLE_FILE}PublicKey = ${EXAMPLE_PUBLIC}\n`);
  expect(same.ok && same.value.key).toBe('in-file');
  expect(helper.keys.get(EXAMPLE_PUBLIC)).toBe(EXAMPLE_PRIVATE);
});

test('when the profile cannot be written the key does not stay, unless it was there', async () => {
  const { helper, root, put } = await setUp();
  await writeFile(join(root, 'profiles'), 'in the way');
  expect(errorName(await put())).toBe('profile-io');
  expect(helper.keys.size).toBe(0);
  helper.keys.set(EXAMPLE_PUBLIC, EXAMPLE_PRIVATE);
  expect(errorName(await put())).toBe('profile-io');
  expect(helper.keys.size).toBe(1);
});

test.each([
  ['a reader', { access: 'read' } as MockOptions, 'not-authorised'],
  ['a helper that cannot store', { refuse: { 'keys.put': 'internal' } } as MockOptions, 'internal'],
])('%s writes no profile', async (_about, options, name) => {
  const { store, put } = await setUp(options);
  expect(errorName(await put())).toBe(name);
  expect(await store.list()).toMatchObject({ value: { profiles: [] } });
});

test('remove: the last profile takes its key along', async () => {
  const { helper, client, store, put } = await setUp();
  await put();
  await put(EXAMPLE_FILE, false, 'lab');
  expect(await removeProfile(client, store, 'lab')).toEqual({ ok: true, value: { key: 'in-use' } });
  expect(helper.keys.size).toBe(1);
  expect(await removeProfile(client, store, 'home')).toEqual({
    ok: true,
    value: { key: 'deleted' },
  });
  expect(helper.keys.size).toBe(0);
  expect(errorName(await removeProfile(client, store, 'home'))).toBe('no-such-profile');
});

test('remove: not while it is up, and not by a reader', async () => {
  const { client, store, put } = await setUp();
  await put();
  const { version: _v, learnedPrefix: _l, ...tunnel } = exampleProfile();
  await client.set({ desired: { tunnels: [tunnel] } });
  expect(errorName(await removeProfile(client, store, 'home'))).toBe('profile-up');
  const reader = await setUp({ access: 'read' });
  await reader.store.create(exampleProfile());
  expect(errorName(await removeProfile(reader.client, reader.store, 'home'))).toBe(
    'not-authorised',
  );
  expect((await reader.store.read('home')).ok).toBe(true);
});
