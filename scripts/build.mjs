// @ts-check
import { build } from './lib/build.mjs';
import { main } from './lib/progress.mjs';

await main('build', async () => {
  await build();
  return 'dist/bin/mooring and dist/bin/mooring-helper are built';
});
