// @ts-check
import { build, buildWithoutApp } from './lib/build.mjs';
import { desktopApp } from './lib/lab-app.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop, say } from './lib/progress.mjs';

const usage = `Usage: npm run lab              shows the main job, start to end
       npm run lab -- --shell   leaves you in a shell on the laptop
       npm run lab -- --app     the same, and the app opens on your desktop
       npm run lab -- --kernel  on a kernel with WireGuard and GRETAP, an emulated one if need be; with any of these`;

await main('lab', async () => {
  const args = process.argv.slice(2);
  const asked = (/** @type {string} */ flag) => args.includes(flag);
  const known = args.every((arg) => ['--shell', '--app', '--kernel'].includes(arg));
  if (!known || new Set(args).size < args.length || (asked('--shell') && asked('--app')))
    throw new Stop(usage);
  const interactive = asked('--shell') || asked('--app');
  if (interactive && !process.stdin.isTTY) throw new Stop('--shell and --app need a terminal.');
  const app = asked('--app') ? await desktopApp() : undefined;
  await (app ? build() : buildWithoutApp());
  // Late, because bundling needs the npm packages.
  const { forLab, onKernel, runBundled } = await import('./lib/kernel-tests.mjs');
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
    asked('--kernel') ? onKernel : await forLab(),
  );
  app?.close();
  if (trouble !== undefined) throw new Error(trouble);
  if (status !== 0) throw new Error('not everything held; see above');
  return `${interactive ? 'left' : 'everything held'}, on ${kernel}, ${seconds.toFixed(0)} s`;
});
