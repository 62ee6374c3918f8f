import { test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { iconFile } from './tray/icon.ts';
import { Panel } from './tray/panel.ts';

// A real tray host, drawn: what the strict one of the other tests cannot show.

const on = onDesktop({ watcher: false });

test('xfce4-panel takes the icon and draws it', async () => {
  const panel = await Panel.start(on.desktop);
  const picture = async (name: string) => (await iconFile(await panel.screenshot(name))).hash;
  const empty = await picture('panel-empty');
  await on.launch({ mockHelper: 'verified', args: ['--hidden'] });
  await waitFor(
    'an icon in the panel',
    () => panel.icons(),
    (icons) => icons === 1,
    10_000,
  );
  await waitFor(
    'another picture',
    () => picture('panel-with-icon'),
    (now) => now !== empty,
  );
});
