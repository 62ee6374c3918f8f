// @ts-check
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cache, root } from '../../../scripts/lib/paths.mjs';
import { withFolder } from '../../../scripts/lib/temporary.mjs';

/**
 * @typedef {object} Job
 * @property {string[]} command run as root in the repository's folder
 * @property {Record<string, string>} [env]
 * @property {number} [processors] of a guest, where it runs in one
 * @property {number} [timeoutMs] the job is ended and counts as failed after this
 * @property {boolean} [interactive] the terminal belongs to the job
 * @property {(text: string) => void} [onOutput] gets the output as it comes; else it goes to stdout
 * @property {(open: import('../channel/reach.mjs').Reach['open']) => Promise<void>} [outside] what goes on outside meanwhile and speaks with the job's
 *   services (test/kernel/channel); it has to end the job
 */

/**
 * @typedef {object} Outcome
 * @property {number | undefined} status the command's; undefined when there is none
 * @property {string} [trouble] why there is no status
 * @property {string} kernel what ran, such as "Debian’s 6.1.0-56-amd64 under emulation"
 * @property {number} seconds
 * @property {Record<string, string>} results the .json files that the job left in $GUEST_RESULTS
 */

/** Where the job finds its share, on every kind of kernel. */
export const guestHome = '/run/guest';

/** The log files that the last jobs left in their share. */
export const logs = join(cache, 'logs');

const quote = (/** @type {string} */ word) => `'${word.replaceAll("'", `'\\''`)}'`;

/** @param {Job} job @param {string} share */
async function describe({ command, env = {}, interactive = false }, share) {
  const path = [dirname(process.execPath), ...(process.env.PATH ?? '').split(':')];
  path.push('/usr/sbin', '/usr/bin', '/sbin', '/bin', `${guestHome}/bin`);
  const all = {
    HOME: '/root',
    TERM: process.env.TERM ?? 'dumb',
    LC_ALL: 'C.UTF-8',
    GUEST_RESULTS: `${guestHome}/share`,
    ...env,
    PATH: [...new Set(path)].filter(Boolean).join(':'),
  };
  const exports = Object.entries(all).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  await writeFile(join(share, 'env.sh'), exports.join(''));
  const words = command.map(quote).join(' ');
  await writeFile(join(share, 'job.sh'), `cd ${quote(root)}\nexec ${words}\n`);
  if (!interactive) return;
  const { columns, rows } = process.stdout;
  await writeFile(join(share, 'interactive'), `rows ${rows || 24} cols ${columns || 80}\n`);
}

/** @param {string} share @returns {Promise<number | undefined>} */
async function statusIn(share) {
  const text = await readFile(join(share, 'status'), 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

/** @param {string} share */
async function resultsIn(share) {
  /** @type {Record<string, string>} */
  const found = {};
  await mkdir(logs, { recursive: true });
  for (const name of await readdir(share)) {
    const text = () => readFile(join(share, name), 'utf8');
    if (name.endsWith('.json')) found[name] = await text();
    if (name.endsWith('.log')) await writeFile(join(logs, name), await text());
  }
  return found;
}

/**
 * Gives `work` a folder that describes the job and reads from it afterwards how the job ended.
 * @param {Job} job
 * @param {string} kernel
 * @param {(share: string) => Promise<string | undefined>} work gives what went wrong around the job
 * @returns {Promise<Outcome>}
 */
export async function withShare(job, kernel, work) {
  const since = Date.now();
  return withFolder(join(tmpdir(), 'mooring-job-'), async (share) => {
    await describe(job, share);
    const trouble = await work(share);
    const status = await statusIn(share);
    const results = await resultsIn(share);
    const seconds = (Date.now() - since) / 1000;
    if (trouble === undefined && status !== undefined) return { status, kernel, seconds, results };
    const log = await readFile(join(share, 'kernel.log'), 'utf8').catch(() => '');
    return { status: undefined, trouble: explain(trouble, log), kernel, seconds, results };
  });
}

/** @param {string | undefined} trouble @param {string} kernelLog */
function explain(trouble, kernelLog) {
  const panic = /Kernel panic - not syncing.*|BUG:.*|Oops.*/.exec(kernelLog)?.[0];
  const last = kernelLog.trimEnd().split('\n').slice(-15).join('\n');
  return `${panic ?? trouble ?? 'it ended without telling how the job ended'}\n${last}`.trimEnd();
}

/**
 * Follows the process that carries the job, and what goes on outside meanwhile.
 * @param {import('node:child_process').ChildProcess} child
 * @param {Job} job
 * @param {() => Promise<import('../channel/reach.mjs').Reach>} reach
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function followBoth(child, job, reach) {
  const { outside } = job;
  if (outside === undefined) return follow(child, job);
  const followed = follow(child, job);
  const { open, close } = await reach();
  const meanwhile = outside(open).then(
    () => undefined,
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  const trouble = await followed;
  // Not before: what a guest writes to a port that nobody holds outside blocks its end.
  close();
  return (await meanwhile) ?? trouble;
}

/**
 * Follows the process that carries the job until it ends or its time is over.
 * @param {import('node:child_process').ChildProcess} child
 * @param {Job} job
 * @returns {Promise<string | undefined>} what went wrong with the process itself
 */
function follow(child, { onOutput, timeoutMs = 600_000 }) {
  const show = onOutput ?? ((/** @type {string} */ text) => process.stdout.write(text));
  child.stdout?.setEncoding('utf8').on('data', show);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  return new Promise((resolve) => {
    /** @type {string | undefined} */
    let late;
    const timer = setTimeout(() => {
      late = `the job was not done after ${timeoutMs / 1000} s`;
      child.kill('SIGKILL');
    }, timeoutMs);
    const end = (/** @type {string | undefined} */ trouble) => {
      clearTimeout(timer);
      resolve(late ?? trouble);
    };
    child.once('error', (error) => end(`${child.spawnfile} did not start: ${error.message}`));
    child.once('close', (code, signal) => {
      end(code === 0 ? undefined : `${child.spawnfile} ended with ${signal ?? code}: ${errors}`);
    });
  });
}
