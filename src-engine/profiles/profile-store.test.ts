import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exampleProfile } from '../testing/examples.ts';
import { ProfileStore, profilesFolder } from './profile-store.ts';

async function emptyStore(): Promise<{ store: ProfileStore; folder: string }> {
  const root = await mkdtemp(join(tmpdir(), 'store-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'mooring', 'profiles');
  return { store: new ProfileStore(folder), folder };
}

const errorName = (result: { ok: boolean; error?: { name: string } }) => result.error?.name;

test('profiles lie where XDG says', () => {
  expect(profilesFolder({ XDG_CONFIG_HOME: '/c', HOME: '/h' })).toBe('/c/mooring/profiles');
  expect(profilesFolder({ XDG_CONFIG_HOME: '', HOME: '/h' })).toBe('/h/.config/mooring/profiles');
});

test('create, read, list, replace, remove', async () => {
  const { store, folder } = await emptyStore();
  expect(await store.list()).toEqual({ ok: true, value: { profiles: [], damaged: [] } });
  expect(errorName(await store.read('home'))).toBe('no-such-profile');
  expect(await store.create(exampleProfile())).toEqual({ ok: true, value: undefined });
  expect(errorName(await store.create(exampleProfile()))).toBe('profile-exists');
  expect(await store.read('home')).toEqual({ ok: true, value: exampleProfile() });
  await store.create(exampleProfile({ name: 'a' }));
  const changed = exampleProfile({ learnedPrefix: '2001:db8:1::/64' });
  await store.replace(changed);
  const listed = await store.list();
  expect(listed.ok && listed.value.profiles).toEqual([exampleProfile({ name: 'a' }), changed]);
  expect(await store.remove('a')).toEqual({ ok: true, value: undefined });
  expect(errorName(await store.remove('a'))).toBe('no-such-profile');
  // Nothing temporary is left.
  expect(await readdir(folder)).toEqual(['home.json']);
});

test('files are for the owner only', async () => {
  const { store, folder } = await emptyStore();
  await store.create(exampleProfile());
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'home.json'))).mode & 0o777).toBe(0o600);
});

test('a name is never a path', async () => {
  const { store } = await emptyStore();
  for (const name of ['../home', '/etc/passwd', '', '.', 'a/b', 'A']) {
    expect(errorName(await store.read(name))).toBe('bad-name');
    expect(errorName(await store.remove(name))).toBe('bad-name');
  }
});

test.each([
  ['half of a file', '{"version": 1, "na'],
  ['another version', JSON.stringify({ ...exampleProfile(), version: 2 })],
  ['an unknown field', JSON.stringify({ ...exampleProfile(), privateKey: 'x' })],
  ['a bad value', JSON.stringify(exampleProfile({ mac: '01:00:00:00:00:00' }))],
  ['another name', JSON.stringify(exampleProfile({ name: 'lab' }))],
  ['empty', ''],
])('a damaged file is named and stays: %s', async (_about, text) => {
  const { store, folder } = await emptyStore();
  await store.create(exampleProfile({ name: 'good' }));
  await writeFile(join(folder, 'home.json'), text);
  const listed = await store.list();
  expect(listed.ok && listed.value.profiles.map(({ name }) => name)).toEqual(['good']);
  expect(listed.ok && listed.value.damaged.map(({ name }) => name)).toEqual(['home']);
  expect(listed.ok && listed.value.damaged[0]?.error.message).toContain('home.json');
  for (const result of [
    await store.read('home'),
    await store.create(exampleProfile()),
    await store.replace(exampleProfile()),
    await store.remove('home'),
  ]) {
    expect(['profile-damaged', 'profile-exists']).toContain(errorName(result));
  }
  expect(await readFile(join(folder, 'home.json'), 'utf8')).toBe(text);
});

test("the system's words come along", async () => {
  const { store, folder } = await emptyStore();
  await mkdir(join(folder, 'home.json'), { recursive: true });
  const result = await store.read('home');
  expect(errorName(result)).toBe('profile-io');
  expect(!result.ok && result.error.message).toContain('EISDIR');
});
