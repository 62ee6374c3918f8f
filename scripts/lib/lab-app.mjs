// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronRuntime } from './electron-runtime.mjs';
import { isRoot } from './exec.mjs';
import { dist } from './paths.mjs';
import { Stop } from './progress.mjs';

/**
 * The app on this machine's desktop, using the lab's helper. `open` is for a job's `outside`, `close` for after the
 * job has ended.
 */
export async function desktopApp() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (isRoot) throw new Stop('--app needs an ordinary user: Electron has no sandbox for root.');
  if (!DISPLAY && !WAYLAND_DISPLAY)
    throw new Stop('--app needs a display: DISPLAY and WAYLAND_DISPLAY are empty.');
  const { executable } = await electronRuntime();
  const folder = mkdtempSync(join(tmpdir(), 'mooring-lab-'));
  /** @type {(() => void)[]} */
  const closing = [() => rmSync(folder, { recursive: true, force: true })];
  const close = () => {
    for (const end of closing.splice(0)) end();
  };
  process.once('exit', close);
  return {
    close,
    /** @param {import('../../test/kernel/channel/reach.mjs').Reach['open']} reach */
    open: async (reach) => {
      const { ask, offer } = await import('../../test/kernel/channel/reach.mjs');
      closing.push(offer(folder, ['helper'], reach));
      // The world answers once it is built, and then its helper is there too.
      writeFileSync(join(folder, 'home.conf'), String(await ask(reach, 'file')), { mode: 0o600 });
      const child = spawn(executable, [join(dist, 'app'), `--lab=${folder}`], { stdio: 'ignore' });
      closing.push(() => child.kill());
      process.stderr.write(
        `\r\n  The app opens. Its WireGuard file is ${join(folder, 'home.conf')}: choose it there.\r\n\r\n`,
      );
    },
  };
}
