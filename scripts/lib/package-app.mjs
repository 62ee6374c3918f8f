// @ts-check
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { electronRuntime, sandboxWorks } from './electron-runtime.mjs';
import { run } from './exec.mjs';
import { cache, dist, inRoot, root } from './paths.mjs';
import { step } from './progress.mjs';
import { withFolder } from './temporary.mjs';

/** Where the unpacked app is, as electron-builder names it. */
export const unpacked = join(
  dist,
  'packages',
  process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`,
);

/** From this version on Electron has the fuse; electron-builder stops at one that it lacks. */
const fileProtocolFuse = 29;

/** Makes the unpacked app of this machine's kind from what `build` left. */
export async function packageApp() {
  const electron = await electronRuntime();
  await mkdir(cache, { recursive: true });
  await withFolder(join(cache, 'packaging-'), async (dir) => {
    // The default app of a development Electron would be taken along.
    await run('cp', ['-rl', electron.folder, join(dir, 'electron')]);
    await run('rm', ['-rf', join(dir, 'electron/resources/app')]);
    const newer = electron.major >= fileProtocolFuse;
    const settings = [
      `electronDist=${join(dir, 'electron')}`,
      `electronVersion=${electron.version}`,
      ...(newer ? ['electronFuses.grantFileProtocolExtraPrivileges=false'] : []),
    ];
    const args = ['--linux', 'dir', '--publish', 'never', ...settings.map((one) => `-c.${one}`)];
    await step('Packaging the app', () =>
      run(inRoot('node_modules/.bin/electron-builder'), args, {
        cwd: root,
        // It changes the program that it packages, and must not change the one it came from.
        env: { USE_HARD_LINKS: 'false' },
      }),
    );
  });
  if (!existsSync(join(unpacked, 'mooring'))) throw new Error(`there is no ${unpacked}/mooring`);
  // electron-builder leaves that to the packages' installation scripts.
  await sandboxWorks(unpacked);
  return electron;
}
