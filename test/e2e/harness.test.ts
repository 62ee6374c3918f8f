import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { Bus } from './tray/bus.ts';
import { text } from './tray/menu.ts';

// The harness on an app of five lines: where this fails, no other test here says anything.

const folder = join(process.env.MOORING_E2E_ROOT ?? '', 'bench/app/bare-tray');
const on = onDesktop();

test('an ordinary user runs it', () => assert.notEqual(process.getuid?.(), 0));

test('the tray: icon, tooltip, menu, a click, and what changes with it', async () => {
  const app = await on.launch({ folder });
  const item = await on.watcher.item();
  await item.says(/^Bare tray, quiet$/);
  assert.equal(item.status, 'Active');
  assert.equal(text(await item.menu()), 'Quiet\nOpen\n---\nQuit');
  const before = await item.visibleIcon();
  await item.click('Quiet');
  await item.says(/^Bare tray, loud$/);
  assert.equal(text(await item.menu()), 'Loud\nOpen\n---\nQuit');
  await waitFor(
    'another icon',
    () => item.icon?.hash,
    (hash) => hash && hash !== before.hash,
  );
  await assert.rejects(item.click('Nothing of that name'));
  await item.click('Quit');
  await app.ended();
  await on.watcher.noItem();
});

test('the window: opened, seen, closed', async () => {
  const app = await on.launch({ folder });
  await (await on.watcher.item()).click('Open');
  const page = await app.window();
  assert.equal(await page.textContent('h1'), 'Bare tray');
  await app.screenshot('harness-window');
  await app.closeWindow();
  assert.equal(app.closed, false);
});

test('Chromium runs with its sandbox', async () => {
  const app = await on.launch({ folder });
  const switches = await app.electron.evaluate(({ app }) =>
    app.commandLine.hasSwitch('no-sandbox'),
  );
  assert.equal(switches, false);
});

test('the clipboard, read by another program', async () => {
  const app = await on.launch({ folder });
  assert.equal(await on.desktop.clipboard(), '');
  await app.electron.evaluate(({ clipboard }) => clipboard.writeText('2001:db8::1'));
  assert.equal(await on.desktop.clipboard(), '2001:db8::1');
});

test('a tray host that goes gets the icon again when it is back', async () => {
  await on.launch({ folder });
  await on.watcher.item();
  await on.watcher.restart();
  await (await on.watcher.item()).visibleIcon();
});

test('the tray host is as strict as GNOME’s', async () => {
  const bus = await Bus.connect(on.desktop.busAddress);
  const watcher = {
    destination: 'org.kde.StatusNotifierWatcher',
    path: '/StatusNotifierWatcher',
    interface: 'org.kde.StatusNotifierWatcher',
  };
  const register = (service: string) =>
    bus.call(watcher, 'RegisterStatusNotifierItem', 's', [service]);
  try {
    await assert.rejects(register('mooring/StatusNotifierItem/1'), /neither a path nor/);
    await assert.rejects(register('org.example.NobodyHasThis'), /has no owner|no such name/i);
    await assert.rejects(register('/StatusNotifierItem'), /./, 'an item that is not there');
    assert.deepEqual(on.watcher.items, []);
    assert.equal(on.watcher.refused.length, 3);
  } finally {
    bus.close();
  }
});

test('a home is new, or that of another app', async () => {
  const app = await on.launch({ folder });
  const userData = () => app.electron.evaluate(({ app }) => app.getPath('userData'));
  const first = await userData();
  assert.ok(first.startsWith(on.desktop.home));
  await app.quit();
  const other = await on.launch({ folder, homeOf: app });
  assert.equal(await other.electron.evaluate(({ app }) => app.getPath('userData')), first);
  const third = await on.launch({ folder });
  assert.notEqual(await third.electron.evaluate(({ app }) => app.getPath('userData')), first);
});
