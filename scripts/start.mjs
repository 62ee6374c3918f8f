// @ts-check
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { electronRuntime } from './lib/electron-runtime.mjs';
import { isRoot, run } from './lib/exec.mjs';
import { dist } from './lib/paths.mjs';
import { main, Stop } from './lib/progress.mjs';

/** As long as timers go; a person closes the app when they like. */
const forever = 2 ** 31 - 1;

await main('start', async () => {
  const { DISPLAY, WAYLAND_DISPLAY, SUDO_USER } = process.env;
  if (isRoot && SUDO_USER) throw new Stop('The app runs as you: npm start, without sudo.');
  const { executable } = await electronRuntime();
  await build();
  const command = [executable, join(dist, 'app'), ...process.argv.slice(2)];
  if (isRoot)
    throw new Stop(
      `Electron has no sandbox for root. All is built; on the desktop of an ordinary user:\n  ${command.join(' ')}`,
    );
  if (!DISPLAY && !WAYLAND_DISPLAY)
    throw new Stop('There is no display here: DISPLAY and WAYLAND_DISPLAY are empty.');
  await run(executable, command.slice(1), { live: true, timeoutMs: forever });
  return 'the app has ended';
});
