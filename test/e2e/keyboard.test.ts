import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from './harness/app.ts';
import { onDesktop } from './harness/fixture.ts';
import { family, ofKind } from './harness/processes.ts';
import { waitFor } from './harness/wait.ts';
import { GOOD, STABLE } from './window/files.ts';
import { FirstRunPage } from './window/first-run-page.ts';
import { focusOn, tabTo } from './window/focus.ts';
import { HomePage } from './window/home-page.ts';

// Everything with a keyboard only, and the window coming and going.

const on = onDesktop();

/** Presses a key as the desktop would, so that the app's menu hears it too. */
async function pressInApp(app: App, keyCode: string): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, keyCode) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    for (const type of ['keyDown', 'keyUp'] as const)
      contents?.sendInputEvent({ type, keyCode, modifiers: ['control'] });
  }, keyCode);
}

const windowsOf = (app: App) =>
  app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

const renderersOf = (app: App) =>
  ofKind(family(app.electron.process().pid ?? 0), 'renderer').length;

async function gone(app: App): Promise<void> {
  await app.noWindow();
  assert.equal(await windowsOf(app), 0);
  await waitFor(
    'no process of the window',
    () => renderersOf(app),
    (count) => count === 0,
  );
  assert.equal(app.closed, false);
}

async function reopened(app: App): Promise<HomePage> {
  await (await on.watcher.item()).click('Open Mooring');
  return HomePage.of(app);
}

test('first run, connect, copy, settings, disconnect', async () => {
  const app = await on.launch({ mockHelper: 'missing' });
  const home = await HomePage.of(app);
  const { page } = home;
  const { keyboard } = page;
  await focusOn(page, 'Install the helper');
  await app.screenshot('keyboard-install');
  await keyboard.press('Enter');

  await focusOn(page, 'WireGuard file');
  await app.electron.evaluate(({ clipboard }, file) => clipboard.writeText(file), GOOD);
  await keyboard.press('Control+V');
  const first = await FirstRunPage.of(app);
  await first.reports(STABLE);
  assert.deepEqual(await tabTo(page, 'Add profile'), ['Name', 'Add profile']);
  assert.deepEqual(await tabTo(page, 'Choose a file', 'Shift+Tab'), [
    'Name',
    'WireGuard file',
    'Choose a file…',
  ]);
  await tabTo(page, 'Name');
  await keyboard.press('Enter');

  await focusOn(page, 'Connect');
  await keyboard.press('Enter');
  await home.says('Connected');
  await focusOn(page, 'Disconnect');

  await tabTo(page, 'Copy address', 'Shift+Tab');
  await keyboard.press('Space');
  await home.reads('Address copied');
  assert.equal(await on.desktop.clipboard(), STABLE);
  await app.screenshot('keyboard-copied');

  assert.deepEqual(await tabTo(page, 'When quitting'), [
    'Disconnect',
    'Check now',
    'Ask When quitting',
  ]);
  await keyboard.press('Enter');
  await focusOn(page, 'Ask');
  await app.screenshot('keyboard-choice');
  await keyboard.press('ArrowDown');
  await focusOn(page, 'Keep the connection');
  await keyboard.press('Escape');
  await focusOn(page, 'When quitting');
  await keyboard.press('Space');
  await focusOn(page, 'Ask');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await focusOn(page, 'When quitting');
  await page.getByRole('button', { name: /Keep the connection/ }).waitFor();

  await tabTo(page, 'Disconnect', 'Shift+Tab');
  await keyboard.press('Space');
  await home.says('Not connected');
  await focusOn(page, 'Connect');
});

test('another profile, and a page that is left again', async () => {
  const app = await on.launch({ mockHelper: 'two-profiles' });
  const home = await HomePage.of(app);
  const { page } = home;
  await home.says('Connected');
  await tabTo(page, 'Profile');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('listbox').waitFor();
  await tabbedOption(home, 'office');
  await home.says('Not connected');

  await tabTo(page, 'Add a profile');
  await page.keyboard.press('Enter');
  await focusOn(page, 'WireGuard file');
  await tabTo(page, 'Back', 'Shift+Tab');
  await page.keyboard.press('Space');
  await home.says('Not connected');
  await focusOn(page, 'Connect');
});

async function tabbedOption({ page }: HomePage, name: string): Promise<void> {
  await focusOn(page, 'home');
  await page.keyboard.press('ArrowDown');
  await focusOn(page, name);
  await page.keyboard.press('Enter');
}

test('Ctrl+W closes the window, and the app stays', async () => {
  const app = await on.launch({ mockHelper: 'verified' });
  const home = await HomePage.of(app);
  await home.says('Connected');
  assert.equal(renderersOf(app), 1);
  await pressInApp(app, 'W');
  await gone(app);
  assert.match((await on.watcher.item()).tooltip, /Connected/);
});

test('closed and opened again it shows what holds then', async () => {
  const app = await on.launch({ mockHelper: 'off' });
  const home = await HomePage.of(app);
  await home.press('Connect');
  await home.says('Connected');
  await app.closeWindow();
  await gone(app);

  const second = await reopened(app);
  await second.says('Connected');
  await second.showsTones('good', 'good', 'good');
  assert.equal(await second.address(), STABLE);
  await app.closeWindow();
  await (await on.watcher.item()).click('Disconnect');
  await (await reopened(app)).says('Not connected');
});

test('closed while a file is being written, it forgets the file and its key', async () => {
  const app = await on.launch({ mockHelper: 'missing' });
  const first = await FirstRunPage.of(app);
  await first.install();
  await first.editor.fill(GOOD);
  await first.reports(STABLE);
  const written = await first.editor.inputValue();
  await app.closeWindow();
  await gone(app);

  await reopened(app);
  const again = await FirstRunPage.of(app);
  await again.atStep('Profile');
  assert.equal(await again.editor.inputValue(), '');
  await again.editor.fill(written);
  await again.reports('Line 2, PrivateKey in [Interface]');
});
