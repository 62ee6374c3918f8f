// @ts-check
import { build } from './lib/build.mjs';
import { desktopApp } from './lib/lab-app.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop, say } from './lib/progress.mjs';

const usage = `Usage: npm run lab              shows the main job, start to end
       npm run lab -- --shell   leaves you in a shell on the laptop
       npm run lab -- --app     the same, and the app opens on your desktop`;

await main('lab', async () => {
  const args = process.argv.slice(2);
  if (args.length > 1 || args.some((arg) => !['--shell', '--app'].includes(arg)))
    throw new Stop(usage);
  const interactive = args.length > 0;
  if (interactive && !process.stdin.isTTY) throw new Stop(`${args[0]} needs a terminal.`);
  const app = args.includes('--app') ? await desktopApp() : undefined;
  await build();
  // Late, because bundling needs the npm packages.
  const { runBundled } = await import('./lib/kernel-tests.mjs');
  say('Starting the lab; nothing of it touches your own network.');
  const flags = [...(interactive ? ['--shell'] : []), ...(app ? ['--serve'] : [])];
  const { status, trouble, kernel, seconds } = await runBundled(
    { lab: inRoot('test/kernel/lab/main.ts') },
    (path) => [path('lab'), ...flags],
    {
      interactive,
      timeoutMs: interactive ? 24 * 3600_000 : 300_000,
      ...(app && { outside: app.open }),
    },
  );
  app?.close();
  if (trouble !== undefined) throw new Error(trouble);
  if (status !== 0) throw new Error('not everything held; see above');
  return `${interactive ? 'left' : 'everything held'}, on ${kernel}, ${seconds.toFixed(0)} s`;
});
