// @ts-check
import { build } from './lib/build.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop, say } from './lib/progress.mjs';

const usage = `Usage: npm run lab              shows the main job, start to end
       npm run lab -- --shell   leaves you in a shell on the laptop`;

await main('lab', async () => {
  const args = process.argv.slice(2);
  const interactive = args.includes('--shell');
  if (args.some((arg) => arg !== '--shell')) throw new Stop(usage);
  if (interactive && !process.stdin.isTTY) throw new Stop('--shell needs a terminal.');
  await build();
  // Late, because bundling needs the npm packages.
  const { runBundled } = await import('./lib/kernel-tests.mjs');
  say('Starting the lab; nothing of it touches your own network.');
  const { status, trouble, kernel, seconds } = await runBundled(
    { lab: inRoot('test/kernel/lab/main.ts') },
    (path) => [path('lab'), ...args],
    { interactive, timeoutMs: interactive ? 24 * 3600_000 : 300_000 },
  );
  if (trouble !== undefined) throw new Error(trouble);
  if (status !== 0) throw new Error('not everything held; see above');
  return `${interactive ? 'left' : 'everything held'}, on ${kernel}, ${seconds.toFixed(0)} s`;
});
