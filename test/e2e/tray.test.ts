import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { text } from './tray/menu.ts';
import { STABLE } from './window/files.ts';
import { helperComesBack, stopHelper } from './window/mock.ts';

// The tray as its host sees it, over D-Bus, with a host as strict as GNOME's.

const on = onDesktop();

// Each launch has to start first.
const PATIENCE_MS = 10_000;

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
    await item.says(new RegExp(`^Mooring: ${title}(,|$)`), PATIENCE_MS);
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
  await item.says(/Not connected/, PATIENCE_MS);
  const before = item.icon?.hash;
  assert.equal(
    text(await item.menu()),
    `Not connected (disabled)
---
Copy ${STABLE}
Hub hub.example.net:23450 (disabled)
---
Connect
---
Open Mooring
Quit`,
  );
  await item.click('Connect');
  await item.says(new RegExp(`Connected, ${STABLE}`), PATIENCE_MS);
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
    (copied) => copied === STABLE,
  );
  await item.click('Disconnect');
  await item.says(/Not connected/, PATIENCE_MS);
});

test('several profiles: one is chosen, and acted on', async () => {
  await on.launch({ mockHelper: 'two-profiles', args: ['--hidden'] });
  const item = await on.watcher.item();
  await item.says(/Connected/, PATIENCE_MS);
  await item.click('office: Not connected');
  await item.says(/Not connected/, PATIENCE_MS);
  await item.click('Connect');
  await item.says(/Connected/, PATIENCE_MS);
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
  await item.says(/Connected/, PATIENCE_MS);
  await stopHelper(app);
  await item.says(/Helper is not running/, PATIENCE_MS);
  assert.match(text(await item.menu()), /Install the helper…/);
  await helperComesBack(app);
  await item.says(/Connected/, PATIENCE_MS);
});
