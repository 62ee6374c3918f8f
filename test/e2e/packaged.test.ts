import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { noGraphics } from './harness/app.ts';
import { onDesktop } from './harness/fixture.ts';
import { family, ofKind, status } from './harness/processes.ts';
import { waitFor } from './harness/wait.ts';

// The app as a package holds it. Its fuses shut Playwright out, so it is seen from outside: by its tray
// and its processes.

const execute = promisify(execFile);
const folder = process.env.MOORING_E2E_PACKAGED ?? '';
const program = join(folder, 'mooring');
const on = onDesktop();

test('it starts, shows its tray, opens a sandboxed window and ends', async () => {
  const app = on.run([program, '--hidden', ...noGraphics]);
  const item = await on.watcher.item();
  assert.match(item.tooltip, /^Mooring/);
  await item.visibleIcon();
  const renderers = () => ofKind(family(app.process.pid ?? 0), 'renderer');
  assert.deepEqual(renderers(), [], 'no window yet');
  await item.click('Open Mooring');
  const [renderer] = await waitFor('a window', renderers, ({ length }) => length > 0);
  // Its own filter is put on once it runs.
  await waitFor(
    'the sandbox of the window',
    () => status(renderer ?? 0, 'Seccomp'),
    (mode) => mode === '2',
  );
  assert.equal(status(renderer ?? 0, 'NoNewPrivs'), '1');
  await app.end();
  await on.watcher.noItem();
});

test('its command runs on its own Electron', async () => {
  const env = { ...on.desktop.env, ELECTRON_RUN_AS_NODE: '1' };
  const { stdout } = await execute(program, [join(folder, 'resources/bin/mooring'), '--version'], {
    env,
    timeout: 10_000,
  });
  assert.match(stdout, /^mooring \d+\.\d+\.\d+\n$/);
});

test('nobody gets in as its debugger or by its environment', async () => {
  const app = on.run([
    'env',
    'NODE_OPTIONS=--require=/nonexistent',
    program,
    '--hidden',
    '--inspect=0',
    ...noGraphics,
  ]);
  await on.watcher.item();
  assert.doesNotMatch(app.log, /Debugger listening|nonexistent/);
});

test('it has no doubles to pretend with', async () => {
  const app = on.run([program, '--mock-helper=verified', ...noGraphics]);
  assert.notEqual(await app.exit(), 0);
  assert.equal(on.watcher.items.length, 0);
});
