// @ts-check
import { relative } from 'node:path';
import { build } from './lib/build.mjs';
import { packageApp, unpacked } from './lib/package-app.mjs';
import { root } from './lib/paths.mjs';
import { main } from './lib/progress.mjs';

await main('package', async () => {
  await build();
  const electron = await packageApp();
  return `the app is in ${relative(root, unpacked)}, on Electron ${electron.version}`;
});
