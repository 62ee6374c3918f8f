// @ts-check
import { build } from './lib/build.mjs';
import { main } from './lib/progress.mjs';

await main('build', async () => {
  await build();
  return 'dist/bin/mooring, dist/bin/mooring-helper and dist/app are built';
});
