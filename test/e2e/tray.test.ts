import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { text } from './tray/menu.ts';
import type { TrayItem } from './tray/tray-item.ts';

// The tray as its host sees it, over D-Bus, with a host as strict as GNOME's.

const ADDRESS = '2001:db8:5a:0:10ab:34ff:fecd:56ef';
const on = onDesktop();

const tooltip = (item: TrayItem, wanted: RegExp) =>
  waitFor(
    'the tooltip',
    () => item.tooltip,
    (now) => wanted.test(now),
    10_000,
  );

const SCENARIOS = [
  ['off', 'Not connected'],
  ['connecting', 'Connecting'],
  ['verified', 'Connected'],
  ['degraded', 'Connected, not fully'],
  ['roaming', 'Changing networks'],
  ['waiting', 'Waiting for a network'],
  ['failed', 'This system lacks a part'],
] as const;

test('every state has its icon, its tooltip and its words in the menu', async () => {
  const icons = new Map<string, string>();
  for (const [mockHelper, title] of SCENARIOS) {
    const app = await on.launch({ mockHelper, args: ['--hidden'] });
    const item = await on.watcher.item();
    await tooltip(item, new RegExp(`^Mooring: ${title}(,|$)`));
    const [first] = await item.menu();
    assert.deepEqual([first?.label, first?.enabled], [title, false]);
    // The picture comes after the words; that none comes means that two states share one.
    const icon = await waitFor(
      `a picture of its own of ${mockHelper}`,
      () => item.icon,
      (now) => now !== undefined && !now.empty && !icons.has(now.hash),
    );
    icons.set(icon?.hash ?? '', mockHelper);
    assert.equal(app.windows.length, 0);
    await app.quit();
    await waitFor(
      'no item',
      () => on.watcher.items.length,
      (count) => count === 0,
    );
  }
  assert.equal(icons.size, SCENARIOS.length);
  assert.deepEqual(on.watcher.refused, []);
});

test('Connect connects, the address is copied, Disconnect disconnects', async () => {
  await on.launch({ mockHelper: 'off', args: ['--hidden'] });
  const item = await on.watcher.item();
  await tooltip(item, /Not connected/);
  const before = item.icon?.hash;
  assert.equal(
    text(await item.menu()),
    `Not connected (disabled)
---
Copy ${ADDRESS}
Hub hub.example.net:23450 (disabled)
---
Connect
---
Open Mooring
Quit`,
  );
  await item.click('Connect');
  await tooltip(item, new RegExp(`Connected, ${ADDRESS}`));
  await waitFor(
    'another icon',
    () => item.icon?.hash,
    (hash) => hash !== before,
  );
  assert.match(text(await item.menu()), /Hub hub\.example\.net:23450, 21 ms/);
  await item.click('Copy ');
  await waitFor(
    'the clipboard',
    () => on.desktop.clipboard(),
    (copied) => copied === ADDRESS,
  );
  await item.click('Disconnect');
  await tooltip(item, /Not connected/);
});

test('several profiles: one is chosen, and acted on', async () => {
  await on.launch({ mockHelper: 'two-profiles', args: ['--hidden'] });
  const item = await on.watcher.item();
  await tooltip(item, /Connected/);
  await item.click('office: Not connected');
  await tooltip(item, /Not connected/);
  await item.click('Connect');
  await tooltip(item, /Connected/);
  const menu = text(await item.menu());
  assert.match(menu, /home: Connected/);
  assert.match(menu, /office: Connected/);
});

test('a click on the icon, or a second launch, opens the one window', async () => {
  const app = await on.launch({ mockHelper: 'verified', args: ['--hidden'] });
  const item = await on.watcher.item();
  await item.activate();
  await app.window();
  await item.click('Open Mooring');
  assert.equal(app.windows.length, 1);
  await app.closeWindow();
  // It may end before Playwright has taken hold of it.
  const second = on.launch({ mockHelper: 'off', homeOf: app });
  await second.then(
    (launched) => launched.ended(15_000),
    () => undefined,
  );
  await app.window();
  assert.equal(app.windows.length, 1);
  assert.equal(on.watcher.items.length, 1);
});

test('a helper that goes and comes back', async () => {
  const app = await on.launch({ mockHelper: 'verified', args: ['--hidden'] });
  const item = await on.watcher.item();
  await tooltip(item, /Connected/);
  type Mock = { mooringMock: { stop(): Promise<void>; listenAgain(): Promise<void> } };
  await app.electron.evaluate(() => (globalThis as unknown as Mock).mooringMock.stop());
  await tooltip(item, /Helper is not running/);
  assert.match(text(await item.menu()), /Install the helper…/);
  await app.electron.evaluate(() => (globalThis as unknown as Mock).mooringMock.listenAgain());
  await tooltip(item, /Connected/);
});
