// @ts-check
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { run } from './lib/exec.mjs';
import { cache, dist, inRoot } from './lib/paths.mjs';
import { main, Stop, say } from './lib/progress.mjs';
import { withFolder } from './lib/temporary.mjs';

const usage = `Usage: npm run bench [-- tunnel [ROUNDS [ROAMS [OTHER-ROAMS]]] | app [ROUNDS]
                            | datapath [ROUNDS [SECONDS]] [SUBJECT …]]
  tunnel   connecting, roaming and resting, beside the shell commands (5, 30 and 5 times; 25 minutes)
  datapath the userspace engine beside other tunnels of Ethernet, and wireguard-go (3 rounds of 4 s; 12 minutes), or
           beside some of them: mooring wireguard openvpn fastdAes fastdSalsa tinc n2n hub
  app      starting, opening the window, memory and size, beside a bare tray (10 times; 3 minutes)`;

const out = join(dist, 'bench');

/** @param {string[]} counts */
async function tunnel(counts) {
  // Late, because bundling needs the npm packages.
  const { runBundled } = await import('./lib/kernel-tests.mjs');
  const { status, trouble, kernel, results } = await runBundled(
    { bench: inRoot('bench/tunnel/main.ts') },
    (path) => [path('bench'), ...counts],
    { timeoutMs: 3600_000 },
  );
  if (status !== 0) throw new Error(trouble ?? 'the measurement failed; see above');
  await keep(results);
  return `measured on ${kernel}`;
}

/** @param {string[]} counts */
async function app(counts) {
  const { electronRuntime } = await import('./lib/electron-runtime.mjs');
  const { runOnDesktop } = await import('./lib/e2e-tests.mjs');
  const results = join(out, 'app');
  const { folder, version } = await electronRuntime();
  await mkdir(cache, { recursive: true });
  await withFolder(join(cache, 'bench-'), async (dir) => {
    // Another Electron that runs here would share its pages with ours, and make both look smaller.
    await run('cp', ['-r', folder, join(dir, 'electron')]);
    await run('chmod', ['755', dir]);
    process.env.ELECTRON_OVERRIDE_DIST_PATH = join(dir, 'electron');
    await runOnDesktop(
      { bench: inRoot('bench/app/main.ts') },
      (path) => [path('bench'), ...counts],
      { results, timeoutMs: 900_000 },
    );
  });
  sayWhere((await readdir(results)).map((name) => `app/${name}`));
  return `measured on Electron ${version}`;
}

/** @param {string[]} names */
function sayWhere(names) {
  say(`numbers: ${names.map((name) => `dist/bench/${name}`).join(', ')}`);
}

/** @param {string[]} counts @param {string[]} names */
async function datapath(counts, names) {
  const { environment, peers } = await import('../bench/datapath/packages.mjs');
  const { inUserspace, runBundled } = await import('./lib/kernel-tests.mjs');
  const { folder, versions } = await peers();
  const { status, trouble, kernel, results } = await runBundled(
    { bench: inRoot('bench/datapath/main.ts') },
    (path) => [path('bench'), counts[0] ?? '3', counts[1] ?? '4', ...names],
    {
      timeoutMs: 3600_000,
      env: { ...environment(folder), MOORING_BENCH_VERSIONS: versions.join(' ') },
    },
    inUserspace,
  );
  if (status !== 0) throw new Error(trouble ?? 'the measurement failed; see above');
  await keep(results);
  return `measured on ${kernel}`;
}

/** @param {Record<string, string>} results */
async function keep(results) {
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(results)) await writeFile(join(out, name), text);
  sayWhere(Object.keys(results));
}

/**
 * How many counts each takes at most, and whether names of subjects may follow.
 * @type {Record<string, { run: (counts: string[], names: string[]) => Promise<string>, counts: number, named: boolean }>}
 */
const benches = {
  tunnel: { run: tunnel, counts: 3, named: false },
  app: { run: app, counts: 1, named: false },
  datapath: { run: datapath, counts: 2, named: true },
};

await main('bench', async () => {
  const [what = 'tunnel', ...args] = process.argv.slice(2);
  const named = args.findIndex((arg) => /^[a-z]/i.test(arg));
  const [counts, names] = named < 0 ? [args, []] : [args.slice(0, named), args.slice(named)];
  const bench = Object.hasOwn(benches, what) ? benches[what] : undefined;
  const fits = counts.every((count) => /^[1-9]\d{0,2}$/.test(count));
  const most = bench?.counts ?? 0;
  if (!bench || counts.length > most || !fits || (names.length > 0 && !bench.named))
    throw new Stop(usage);
  await build();
  return bench.run(counts, names);
});
