// @ts-check
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeWorks } from '../../test/kernel/vm/native.mjs';
import { inPlainNamespaces } from '../../test/kernel/vm/plain.mjs';
import { runJob } from '../../test/kernel/vm/run-job.mjs';
import { testBin } from './build.mjs';
import { bundle } from './bundle.mjs';
import { cache, dist, inRoot } from './paths.mjs';
import { withFolder } from './temporary.mjs';
import { testNames } from './test-names.mjs';

const sources = inRoot('test/kernel');

/** The kernel tests by name, the world's own first. */
export const kernelTests = () => testNames(sources, 'world');

/**
 * Those of them that the userspace engine has to pass as well. The others need the kernel's own WireGuard and GRETAP
 * (world, hazard-wifi, mixed), programs that only the guest brings (hazard-networkd, install), or ask nothing of an
 * engine (bad-profiles, bad-requests).
 */
const onBothEngines = [
  'connect',
  'own-routes',
  'duplicate',
  'endpoint-kinds',
  'hazard-default-route',
  'hazard-same-network',
  'roam',
  'hub-reboot',
  'teardown',
];

/** The tests of the userspace engine: those that both engines share, and its own. */
export const userspaceTests = () => [
  ...onBothEngines,
  ...testNames(join(sources, 'userspace'))
    .map((name) => `userspace/${name}`)
    .filter((name) => name !== soakTest),
];

/** Takes all that the machine can, so nothing else may run beside it. */
export const soakTest = 'userspace/soak';

/**
 * Where a world is made, and of what: `run` takes the job there, `env` says it to the programs inside.
 * @typedef {object} Place
 * @property {(job: import('../../test/kernel/vm/job.mjs').Job) => Promise<import('../../test/kernel/vm/job.mjs').Outcome>} run
 * @property {Record<string, string>} env
 */

/** A kernel with WireGuard and GRETAP, and the hub of its owner's commands. @type {Place} */
export const onKernel = { run: runJob, env: {} };

/** This machine as it is, with laptop and hub in userspace. @type {Place} */
export const inUserspace = {
  run: inPlainNamespaces,
  env: { MOORING_TEST_ENGINE: 'userspace', MOORING_TEST_HUB: 'userspace' },
};

/** The kernel's engine where this very machine can show it, else the other, which every Linux can. */
export const forLab = async () => ((await nativeWorks()) ? onKernel : inUserspace);

/**
 * Runs bundled programs where the kernel is. Bundled, because reading a hundred small files over 9p
 * costs more than the tests.
 * @param {Record<string, string>} programs name -> source
 * @param {(path: (name: string) => string) => string[]} command
 * @param {Omit<import('../../test/kernel/vm/job.mjs').Job, 'command'>} job
 * @param {Place} [place]
 */
export async function runBundled(programs, command, job, place = onKernel) {
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
      MOORING_TEST_BIN: testBin,
      ...place.env,
      ...job.env,
    };
    return place.run({ ...job, command: [process.execPath, ...command(path)], env });
  });
}

/**
 * Runs kernel tests as runKernelTests does, while others run: with one processor, and what they print is shown in one
 * piece at their end. Two guests with two processors each would wait for one another: an emulated processor is a thread,
 * and holds what the guest's other one waits for while it does not run. That takes half as long again.
 * @param {string[]} names
 * @param {number} timeoutMs
 * @param {Place} place
 */
export async function runBeside(names, timeoutMs, place) {
  let output = '';
  try {
    return await runKernelTests(names, timeoutMs, place, {
      processors: 1,
      onOutput: (text) => {
        output += text;
      },
    });
  } finally {
    process.stdout.write(output);
  }
}

/**
 * Runs kernel tests in one place, under node's own test runner: Vitest takes longer to start there
 * than the tests take.
 * @param {string[]} names
 * @param {number} timeoutMs
 * @param {Place} [place]
 * @param {Partial<import('../../test/kernel/vm/job.mjs').Job>} [more]
 */
export function runKernelTests(names, timeoutMs, place = onKernel, more = {}) {
  // Node's runner sorts the files that it is given; the numbers keep the order of `names`.
  const named = names.map((name, i) => ({
    name,
    file: `${String(i + 1).padStart(2, '0')}-${name.replace('/', '-')}.test`,
  }));
  const programs = named.map(({ name, file }) => [file, join(sources, `${name}.test.ts`)]);
  const flags = ['--test', '--test-concurrency=1', '--test-reporter=spec'];
  return runBundled(
    Object.fromEntries(programs),
    (path) => [...flags, ...named.map(({ file }) => path(file))],
    { timeoutMs, ...more },
    place,
  );
}
