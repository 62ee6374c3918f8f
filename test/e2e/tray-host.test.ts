import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';

// Desktops whose place for tray icons comes late, comes again, or never comes.

const on = onDesktop({ watcher: false });
afterEach(() => on.watcher.stop());

const ABSENT = /shows no tray icons/;

test('a host that comes after the app gets the icon, once it is there', async () => {
  const app = await on.launch({ mockHelper: 'verified', args: ['--hidden'] });
  // The app runs, and has asked in vain.
  await app.electron.evaluate(({ app }) => app.whenReady());
  await on.watcher.start();
  const item = await on.watcher.item();
  await item.says(/Connected/);
  assert.equal(app.windows.length, 0);
});

test('a host that is restarted gets the icon again, and its menu works', async () => {
  const app = await on.launch({ mockHelper: 'off', args: ['--hidden'] });
  await on.watcher.start();
  await on.watcher.item();
  await on.watcher.restart();
  const item = await on.watcher.item();
  await item.click('Connect');
  await item.says(/Connected/);
  await item.click('Open Mooring');
  await app.window();
});

test('no host for half a minute: the window opens and says so; a host may still come', async () => {
  const app = await on.launch({ mockHelper: 'verified', args: ['--hidden'] });
  const page = await app.window(40_000);
  await page.getByText(ABSENT).waitFor();
  await app.screenshot('tray-absent');
  await on.watcher.start();
  await on.watcher.item();
  await page.getByText(ABSENT).waitFor({ state: 'detached' });
  // With a tray the window is not all there is.
  await app.closeWindow();
  assert.equal(app.closed, false);
});

test('without a host the end of the window is the end of the app, and it asks', async () => {
  const app = await on.launch({ mockHelper: 'verified' });
  const page = await app.window();
  await page.getByText(ABSENT).waitFor({ timeout: 40_000 });
  await app.electron.evaluate(({ dialog }) => {
    Object.assign(dialog, {
      showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
    });
  });
  await app.closeWindow();
  await app.ended();
});
