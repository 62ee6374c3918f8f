import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from './harness/app.ts';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';

// Quit asks once whether the connection stays, and remembers. The native dialog is answered in the main process,
// which counts how often it came.

const on = onDesktop();

type Asked = { asked: string[] };

async function answering(app: App, response: number): Promise<void> {
  await app.electron.evaluate(({ dialog }, chosen) => {
    const seen: string[] = [];
    Object.assign(globalThis, { asked: seen });
    Object.assign(dialog, {
      showMessageBox: async (options: { message: string; buttons: string[] }) => {
        seen.push([options.message, ...options.buttons].join('|'));
        return { response: chosen, checkboxChecked: false };
      },
    });
  }, response);
}

const asked = (app: App) =>
  app.electron.evaluate(() => (globalThis as unknown as Asked).asked.length);

async function connected(homeOf?: App) {
  const again = homeOf === undefined ? {} : { homeOf };
  const app = await on.launch({ mockHelper: 'verified', args: ['--hidden'], ...again });
  const item = await on.watcher.item();
  await item.says(/Connected/);
  return { app, item };
}

test('nothing is connected: no question', async () => {
  const app = await on.launch({ mockHelper: 'off', args: ['--hidden'] });
  const item = await on.watcher.item();
  await item.says(/Not connected/);
  await answering(app, 2);
  await item.click('Quit');
  await app.ended();
});

test('cancel leaves all as it is, and asks again', async () => {
  const { app, item } = await connected();
  await answering(app, 2);
  await item.click('Quit');
  await waitFor(
    'the question',
    () => asked(app),
    (count) => count === 1,
  );
  await item.click('Quit');
  await waitFor(
    'the question again',
    () => asked(app),
    (count) => count === 2,
  );
  const questions = await app.electron.evaluate(() => (globalThis as unknown as Asked).asked);
  assert.equal(
    questions[0],
    'Keep the connection when Mooring quits?|Keep connected|Disconnect|Cancel',
  );
  assert.match(item.tooltip, /Connected/);
});

test('the answer is remembered by the next start, and can be changed in the window', async () => {
  const first = await connected();
  await answering(first.app, 0);
  await first.item.click('Quit');
  await first.app.ended();

  const second = await connected(first.app);
  await answering(second.app, 2);
  await second.item.click('Open Mooring');
  const page = await second.app.window();
  const setting = page.getByRole('button', { name: /When quitting/ });
  await waitFor(
    'the answer',
    () => setting.textContent(),
    (words) => /Keep/.test(words ?? ''),
  );
  await setting.click();
  await page.getByRole('option', { name: /Ask/ }).click();
  await second.item.click('Quit');
  await waitFor(
    'the question',
    () => asked(second.app),
    (count) => count === 1,
  );
});

test('a logout or SIGTERM ends the app without a question', async () => {
  const { app } = await connected();
  await answering(app, 2);
  app.electron.process().kill('SIGTERM');
  await app.ended();
});
