// @ts-check
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { cache, inRoot } from './lib/paths.mjs';
import { main } from './lib/progress.mjs';

await main('screenshots', async () => {
  await build();
  const { runOnDesktop } = await import('./lib/e2e-tests.mjs');
  const results = join(cache, 'screenshots');
  await runOnDesktop(
    { take: inRoot('test/e2e/screenshots/take.ts') },
    (path) => ['--test', '--test-reporter=spec', path('take')],
    { results, timeoutMs: 120_000 },
  );
  const folder = inRoot('docs/screenshots');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await cp(join(results, 'screenshots'), folder, { recursive: true });
  return `the README's pictures are in docs/screenshots`;
});
