// @ts-check
import { relative } from 'node:path';
import { electronRuntime } from './lib/electron-runtime.mjs';
import { root } from './lib/paths.mjs';
import { main } from './lib/progress.mjs';

await main('electron-runtime', async () => {
  const { version, folder } = await electronRuntime({ retry: true });
  const shown = folder.startsWith(`${root}/`) ? relative(root, folder) : folder;
  return `Electron ${version} is in ${shown}`;
});
