// @ts-check
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { dist, inRoot } from './lib/paths.mjs';
import { main, Stop, say } from './lib/progress.mjs';

const usage = `Usage: npm run bench [-- tunnel [ROUNDS [ROAMS [OTHER-ROAMS]]]]
  tunnel   connecting, roaming and resting, beside the shell commands (5, 30 and 5 times; 25 minutes)`;

await main('bench', async () => {
  const [what = 'tunnel', ...counts] = process.argv.slice(2);
  const fits = counts.length <= 3 && counts.every((count) => /^[1-9]\d{0,2}$/.test(count));
  if (what !== 'tunnel' || !fits) throw new Stop(usage);
  await build();
  // Late, because bundling needs the npm packages.
  const { runBundled } = await import('./lib/kernel-tests.mjs');
  const { status, trouble, kernel, results } = await runBundled(
    { bench: inRoot('bench/tunnel/main.ts') },
    (path) => [path('bench'), ...counts],
    { timeoutMs: 3600_000 },
  );
  if (status !== 0) throw new Error(trouble ?? 'the measurement failed; see above');
  const out = join(dist, 'bench');
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(results)) await writeFile(join(out, name), text);
  say(
    `numbers: ${Object.keys(results)
      .map((name) => `dist/bench/${name}`)
      .join(', ')}`,
  );
  return `measured on ${kernel}`;
});
