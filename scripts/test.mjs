// @ts-check
import { installed } from './lib/apt.mjs';
import { build } from './lib/build.mjs';
import { check } from './lib/check.mjs';
import { run } from './lib/exec.mjs';
import { fuzz } from './lib/fuzz.mjs';
import { inRoot } from './lib/paths.mjs';
import { elapsed, main, say, step } from './lib/progress.mjs';

const usage = `Usage: npm test [-- PART...]
  unit              types, formatting, unit tests of TypeScript and Go
  kernel [NAME...]  the tests on a real kernel, all or those named (connect, roam, …)
  userspace [NAME...]  the same tests on the userspace engine, in namespaces of this machine
  e2e [NAME...]     the tests of the real app, all or those named (tray, …)
  whole             the real app, helper and hub together, once on each engine`;

/** @type {{ what: string, ok: boolean, seconds: string }[]} */
const summary = [];

/** Goes on after a failure: whoever waits twenty minutes wants to know everything.
 * @param {string} what @param {() => Promise<void>} work */
async function part(what, work) {
  const since = Date.now();
  let ok = true;
  try {
    await work();
  } catch (error) {
    ok = false;
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  }
  summary.push({ what, ok, seconds: elapsed(since) });
}

async function unit() {
  await part('format, lint and types', async () => {
    say(`${await check()} checks passed`);
  });
  await part('unit tests (TypeScript)', async () => {
    await run(inRoot('node_modules/.bin/vitest'), ['run'], { cwd: inRoot('.'), live: true });
  });
  await part('unit tests (Go)', async () => {
    const text = await step('go test', () =>
      run('go', ['test', './...'], { cwd: inRoot('helpers') }),
    );
    process.stdout.write(text);
  });
  await part('race detector (Go)', async () => {
    // The race detector is C; nothing that we ship is.
    await installed([{ program: 'gcc', package: 'gcc' }, { package: 'libc6-dev' }]);
    const packages = ['gretap', 'datapath', 'wireguard', 'udpbind'].map(
      (name) => `./internal/${name}`,
    );
    const text = await step('go test -race', () =>
      run('go', ['test', '-race', ...packages], {
        cwd: inRoot('helpers'),
        env: { CGO_ENABLED: '1' },
      }),
    );
    process.stdout.write(text);
  });
  await part('fuzzing (Go)', async () => {
    say(`${await fuzz(40_000)} targets`);
  });
}

/** @param {'kernel' | 'userspace'} where @param {string[]} names */
async function named(where, names) {
  // Late, because bundling needs the npm packages.
  const { inUserspace, onKernel, runKernelTests } = await import('./lib/kernel-tests.mjs');
  await part(`tests: ${names.join(', ')}`, async () => {
    ended(await runKernelTests(names, 1200_000, where === 'kernel' ? onKernel : inUserspace));
  });
}

async function userspace() {
  const { inUserspace, runBeside, userspaceTests } = await import('./lib/kernel-tests.mjs');
  await part('tests on the userspace engine', async () => {
    ended(await runBeside(userspaceTests(), 600_000, inUserspace));
  });
}

async function soak() {
  const { inUserspace, runKernelTests, soakTest } = await import('./lib/kernel-tests.mjs');
  await part('soak', async () => {
    ended(await runKernelTests([soakTest], 600_000, inUserspace));
  });
}

/** The kernel's, in two guests at once, of one processor each. */
async function kernel() {
  const { kernelTests, onKernel, runBeside } = await import('./lib/kernel-tests.mjs');
  const { prepareJobs } = await import('../test/kernel/vm/run-job.mjs');
  await part('a kernel to test on', prepareJobs);
  const all = kernelTests();
  await Promise.all(
    [0, 1].map((half) =>
      part(`tests on a real kernel, ${half + 1} of 2`, async () => {
        const names = all.filter((_, index) => index % 2 === half);
        ended(await runBeside(names, 1200_000, onKernel));
      }),
    ),
  );
}

/** @param {import('../test/kernel/vm/job.mjs').Outcome} outcome */
function ended({ status, trouble, kernel: what, seconds }) {
  say(`kernel: ${what}, ${seconds.toFixed(0)} s`);
  if (status !== 0) throw new Error(trouble ?? `the tests ended with ${status}; see above`);
}

/** @param {string[]} names */
async function e2e(names) {
  const { e2eTests, runE2eTests } = await import('./lib/e2e-tests.mjs');
  await part('tests of the real app', async () => {
    await runE2eTests(names.length > 0 ? names : e2eTests());
  });
}

async function whole() {
  const { inUserspace, onKernel } = await import('./lib/kernel-tests.mjs');
  const { runWholeTest } = await import('./lib/whole-test.mjs');
  await part('app and userspace engine', async () => {
    ended(await runWholeTest(inUserspace));
  });
  await part('app, helper and kernel', async () => {
    ended(await runWholeTest(onKernel));
  });
}

await main('test', async () => {
  const [what, ...names] = process.argv.slice(2);
  if (what !== undefined && !['unit', 'e2e', 'userspace', 'kernel', 'whole'].includes(what))
    throw new Error(usage);
  const wants = (/** @type {string} */ name) => what === undefined || what === name;
  if (wants('unit')) await unit();
  if (what !== 'unit') await part('build', build);
  if ((what === 'kernel' || what === 'userspace') && names.length > 0) await named(what, names);
  else {
    // Side by side: both wait more than they work.
    await Promise.all([wants('e2e') && e2e(names), wants('userspace') && userspace()]);
    if (wants('userspace')) await soak();
    if (wants('kernel')) await kernel();
  }
  if (wants('whole')) await whole();
  for (const { what, ok, seconds } of summary) {
    process.stderr.write(`  ${ok ? 'passed' : 'FAILED'}  ${what.padEnd(30)} ${seconds}\n`);
  }
  const failed = summary.filter(({ ok }) => !ok).length;
  process.stdout.write(`${summary.length - failed} passed, ${failed} failed\n`);
  if (failed > 0) throw new Error(`${failed} of ${summary.length} parts failed`);
  return 'everything passed';
});
