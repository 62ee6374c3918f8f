import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { onDesktop } from './harness/fixture.ts';
import { violations } from './window/axe.ts';
import { fitsEnlarged } from './window/enlarged.ts';
import { BAD, GOOD, STABLE } from './window/files.ts';
import { FirstRunPage } from './window/first-run-page.ts';
import { HomePage } from './window/home-page.ts';
import { stopHelper } from './window/mock.ts';
import { SHOWN } from './window/scenarios.ts';

// axe-core on every page, by day, by night and in forced colours; and twice as large as meant.

const on = onDesktop();

/** Nothing is wrong by day and by night. Colours are not read while they change. */
async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
}

test('axe-core can find something here', async () => {
  const page = await (await on.launch({ mockHelper: 'off' })).window();
  await page.evaluate(() => {
    document.body.append(document.createElement('button'));
  });
  assert.match((await violations(page)).join('\n'), /button-name/);
});

for (const { scenario, title } of SHOWN) {
  test(`Home: ${scenario}`, async () => {
    const app = await on.launch({ mockHelper: scenario });
    const home = await HomePage.of(app);
    await home.says(title);
    await accessible(home.page);
    await fitsEnlarged(app, `home-${scenario}-enlarged`);
    if (scenario !== 'verified') return;

    await home.page.emulateMedia({ forcedColors: 'active' });
    await app.screenshot('home-forced-colors');
    assert.deepEqual(await violations(home.page), [], 'forced colours');
    await home.page.emulateMedia({ forcedColors: 'none' });
    await home.page.getByRole('button', { name: /When quitting/ }).click();
    await home.page.getByRole('listbox').waitFor();
    await accessible(home.page);
    await home.page.keyboard.press('Escape');
    await stopHelper(app);
    await home.says('Helper is not running');
    await accessible(home.page);
  });
}

test('the first run: helper, empty page, bad file, good file, connect', async () => {
  const app = await on.launch({ mockHelper: 'missing' });
  const first = await FirstRunPage.of(app);
  await first.atStep('Helper');
  await accessible(first.page);
  await fitsEnlarged(app, 'first-run-helper-enlarged');
  await first.install();
  await accessible(first.page);
  await first.editor.fill(BAD[0]?.text ?? '');
  await first.reports('Did you mean');
  await accessible(first.page);
  await fitsEnlarged(app, 'first-run-bad-file-enlarged');
  await first.page.emulateMedia({ forcedColors: 'active' });
  await app.screenshot('first-run-forced-colors', { fullPage: true });
  assert.deepEqual(await violations(first.page), [], 'forced colours');
  await first.page.emulateMedia({ forcedColors: 'none' });
  await first.editor.fill(GOOD);
  await first.reports(STABLE);
  await accessible(first.page);
  await fitsEnlarged(app, 'first-run-good-file-enlarged');
  await first.add.click();
  await first.atStep('Connect');
  await accessible(first.page);
});
