import { test } from 'node:test';
import { onDesktop } from '../harness/fixture.ts';
import { GOOD, STABLE } from '../window/files.ts';

// The pictures of the README, taken from the real app by `npm run screenshots`.

const on = onDesktop();
const scale = '--force-device-scale-factor=1.5';

for (const [name, mockHelper, colorScheme] of [
  ['connected', 'verified', 'light'],
  ['roaming', 'roaming', 'dark'],
] as const) {
  test(name, async () => {
    const app = await on.launch({ mockHelper, args: [scale] });
    const page = await app.window();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await app.screenshot(name);
  });
}

test('first-run', async () => {
  const app = await on.launch({ mockHelper: 'missing', args: [scale] });
  const page = await app.window();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Install the helper' }).click();
  await page.getByRole('textbox', { name: 'WireGuard file' }).fill(GOOD);
  await page.getByText(STABLE).waitFor();
  await app.screenshot('first-run');
});
