import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { RemoteWorld } from '../../kernel/channel/remote-world.ts';
import { laptop } from '../../kernel/world/addresses.ts';
import { difference } from '../../kernel/world/compare.ts';
import { onDesktop } from '../harness/fixture.ts';
import { waitFor } from '../harness/wait.ts';

// Everything at once, once: the app on a desktop, the helper and the kernel in the test world, a hand on its cables.
// scripts/lib/whole-test.mjs starts both and joins them.

const on = onDesktop();
const folder = process.env.MOORING_E2E_WORLD ?? '';
const world = new RemoteWorld(folder);
after(() => world.close());
// A guest under emulation takes its time.
const PATIENCE_MS = 20_000;
const port = 7;
const target = { host: laptop.stable, port, timeoutMs: 5000 };

test('imported, connected from the tray, reached, roamed, disconnected, as before', async () => {
  const file = await world.file();
  await world.agent('laptop', 'listen', { host: '::', port });
  const untouched = await world.agent('laptop', 'snapshot', {});

  const app = await on.launch({ args: [`--lab=${folder}`] });
  const page = await app.window();
  await page.getByRole('textbox', { name: 'WireGuard file' }).fill(file);
  await page.getByRole('button', { name: 'Add profile' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  await app.screenshot('whole-imported');

  const item = await on.watcher.item();
  await item.click('Connect');
  await item.says(/Connected/, PATIENCE_MS);
  const reached = await world.agent('internet', 'connect', target);
  assert.ok(reached.ok, reached.error);
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
  await item.click(`Copy ${laptop.stable}`);
  await waitFor(
    'the clipboard',
    () => on.desktop.clipboard(),
    (text) => text === laptop.stable,
  );

  await world.agent('internet', 'streamStart', { name: 'session', ...target });
  await setTimeout(1000);
  await world.leave('wlan0');
  await world.join('eth1');
  await page.getByText(/eth1/).first().waitFor({ timeout: 15_000 });
  const session = await world.agent('internet', 'streamStop', {
    name: 'session',
    settleMs: 10_000,
  });
  assert.equal(session.error, undefined);
  assert.equal(session.lost, 0);
  await item.says(/Connected/, PATIENCE_MS);
  await page.getByText(/last outage \d/).waitFor({ timeout: 15_000 });
  await app.screenshot('whole-roamed');

  await world.leave('eth1');
  await world.join('wlan0');
  await item.says(/Connected/, PATIENCE_MS);
  await item.click('Disconnect');
  await item.says(/Not connected/, PATIENCE_MS);
  // The Wi-Fi's own link-local address is proven unique anew, which takes the kernel a second.
  await waitFor(
    'the machine as before',
    async () => difference(untouched.text, (await world.agent('laptop', 'snapshot', {})).text),
    (changed) => changed.length === 0,
  );
  const gone = await world.agent('internet', 'connect', target);
  assert.equal(gone.ok, false);
});
