// @ts-check
import { buildWithoutApp } from './lib/build.mjs';
import { main, Stop } from './lib/progress.mjs';

const usage = `Usage: npm run soak [-- MINUTES]
  The userspace engine and the hub at full rate, with roams, for ten minutes or as many as said. Every octet is
  checked; memory, files and threads must not grow.`;

await main('soak', async () => {
  const [minutes = '10', ...rest] = process.argv.slice(2);
  if (!/^[1-9]\d{0,3}$/.test(minutes) || rest.length > 0) throw new Stop(usage);
  await buildWithoutApp();
  // Late, because bundling needs the npm packages.
  const { inUserspace, runKernelTests, soakTest } = await import('./lib/kernel-tests.mjs');
  const timeoutMs = (Number(minutes) * 60 + 120) * 1000;
  const more = { env: { MOORING_SOAK_MINUTES: minutes } };
  const run = runKernelTests([soakTest], timeoutMs, inUserspace, more);
  const { status, trouble, kernel } = await run;
  if (status !== 0) throw new Error(trouble ?? 'it failed; see above');
  return `passed on ${kernel}`;
});
