// @ts-check
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { neededToTest } from './electron-needs.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { run } from './exec.mjs';
import { ordinaryUser } from './ordinary-user.mjs';
import { packageApp, unpacked } from './package-app.mjs';
import { cache, dist, inRoot } from './paths.mjs';
import { withFolder } from './temporary.mjs';
import { testNames } from './test-names.mjs';

const sources = inRoot('test/e2e');

/** Pictures and logs of the newest run. */
export const e2eResults = join(cache, 'e2e');

/** The tests of the real app by name, the harness's own first. */
export const e2eTests = () => testNames(sources, 'harness');

/**
 * Runs bundled programs as an ordinary user who has Electron. What they leave in their results folder
 * is copied to `results`.
 * @param {Record<string, string>} programs name -> source
 * @param {(path: (name: string) => string) => string[]} command
 * @param {{ results: string, timeoutMs: number, env?: Record<string, string> }} job
 */
export async function runOnDesktop(programs, command, { results, timeoutMs, env }) {
  const electron = await electronRuntime();
  await neededToTest();
  await mkdir(cache, { recursive: true });
  // Not below the checkout, which the user may not be able to enter.
  return withFolder('/var/tmp/mooring-e2e-', (dir) =>
    // Below the checkout, where the programs find the npm packages that are not bundled.
    withFolder(join(cache, 'bundles-'), async (bundles) => {
      await bundle(programs, bundles, ['playwright-core']);
      await chmod(bundles, 0o755);
      const user = await ordinaryUser(dir, [electron.folder]);
      // Both below `dir`, so that also what a killed test leaves is gone in the end.
      const [kept, temporary] = [join(dir, 'results'), join(dir, 'tmp')];
      for (const folder of [kept, temporary]) {
        await mkdir(folder);
        await user.own(folder);
      }
      const path = (/** @type {string} */ name) => user.path(join(bundles, `${name}.cjs`));
      const [first = '', ...rest] = user.command([user.path(process.execPath), ...command(path)]);
      try {
        await run(first, rest, {
          cwd: '/',
          live: true,
          timeoutMs,
          env: {
            TMPDIR: temporary,
            ELECTRON_OVERRIDE_DIST_PATH: user.path(electron.folder),
            MOORING_E2E_APP: user.path(join(dist, 'app')),
            MOORING_E2E_PACKAGED: user.path(unpacked),
            MOORING_E2E_ROOT: user.path(inRoot('.')),
            MOORING_E2E_RESULTS: kept,
            ...env,
          },
        });
        return electron;
      } finally {
        await rm(results, { recursive: true, force: true });
        await cp(kept, results, { recursive: true });
      }
    }),
  );
}

/** @param {string[]} names */
export async function runE2eTests(names) {
  if (names.includes('packaged')) await packageApp();
  const programs = names.map((name) => [name, join(sources, `${name}.test.ts`)]);
  const flags = ['--test', '--test-concurrency=2', '--test-reporter=spec'];
  return runOnDesktop(
    Object.fromEntries(programs),
    (path) => [...flags, ...names.map((name) => path(name))],
    { results: e2eResults, timeoutMs: 600_000 },
  );
}
