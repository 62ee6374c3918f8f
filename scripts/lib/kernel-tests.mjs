// @ts-check
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runJob } from '../../test/kernel/vm/run-job.mjs';
import { bundle } from './bundle.mjs';
import { cache, dist, inRoot } from './paths.mjs';
import { withFolder } from './temporary.mjs';
import { testNames } from './test-names.mjs';

const sources = inRoot('test/kernel');

/** The kernel tests by name, the world's own first. */
export const kernelTests = () => testNames(sources, 'world');

/**
 * Runs bundled programs where the kernel is. Bundled, because reading a hundred small files over 9p
 * costs more than the tests.
 * @param {Record<string, string>} programs name -> source
 * @param {(path: (name: string) => string) => string[]} command
 * @param {Omit<import('../../test/kernel/vm/job.mjs').Job, 'command'>} job
 */
export async function runBundled(programs, command, job) {
  await mkdir(cache, { recursive: true });
  return withFolder(join(cache, 'bundles-'), async (dir) => {
    const own = {
      agent: join(sources, 'world/agent/main.ts'),
      elevate: join(sources, 'world/elevate.ts'),
    };
    await bundle({ ...own, ...programs }, dir);
    const path = (/** @type {string} */ name) => join(dir, `${name}.cjs`);
    // What the code inside is told: where its own programs and the things under test are.
    const env = {
      MOORING_TEST_AGENT: path('agent'),
      MOORING_TEST_ELEVATE: path('elevate'),
      MOORING_BIN: join(dist, 'bin'),
      ...job.env,
    };
    return runJob({ ...job, command: [process.execPath, ...command(path)], env });
  });
}

/**
 * Runs kernel tests in one guest, under node's own test runner: Vitest takes longer to start there
 * than the tests take.
 * @param {string[]} names
 * @param {number} timeoutMs
 */
export function runKernelTests(names, timeoutMs) {
  // Node's runner sorts the files that it is given; the numbers keep the order of `names`.
  const named = names.map((name, i) => ({
    name,
    file: `${String(i + 1).padStart(2, '0')}-${name}.test`,
  }));
  const programs = named.map(({ name, file }) => [file, join(sources, `${name}.test.ts`)]);
  const flags = ['--test', '--test-concurrency=1', '--test-reporter=spec'];
  return runBundled(
    Object.fromEntries(programs),
    (path) => [...flags, ...named.map(({ file }) => path(file))],
    { timeoutMs },
  );
}
