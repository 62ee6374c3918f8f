import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_SETTINGS, SettingsFile } from './settings.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'settings-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('what is written is read, also by the next start', async () => {
  const path = join(await folder(), 'new', 'settings.json');
  expect(await new SettingsFile(path).read()).toEqual(DEFAULT_SETTINGS);
  expect(await new SettingsFile(path).write({ onQuit: 'keep', chosen: 'home' })).toMatchObject({
    ok: true,
  });
  expect(await new SettingsFile(path).read()).toEqual({ onQuit: 'keep', chosen: 'home' });
});

test.each([
  ['', DEFAULT_SETTINGS],
  ['[]', DEFAULT_SETTINGS],
  ['{"onQuit":"explode","chosen":"home"}', { onQuit: 'ask', chosen: 'home' }],
  ['{"onQuit":"disconnect","later":1}', { onQuit: 'disconnect', chosen: null }],
])('damaged: %s', async (text, settings) => {
  const path = join(await folder(), 'settings.json');
  await writeFile(path, text);
  expect(await new SettingsFile(path).read()).toEqual(settings);
});

test('a folder in its place is a named error that leaves nothing behind', async () => {
  const place = await folder();
  await writeFile(join(place, 'file'), '');
  const written = await new SettingsFile(join(place, 'file', 'settings.json')).write(
    DEFAULT_SETTINGS,
  );
  expect(written).toMatchObject({ ok: false, error: { name: 'settings-io' } });
  expect(await readdir(place)).toEqual(['file']);
});
