// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A command that could not be run or ended badly; `output` is all it printed. */
export class CommandError extends Error {
  /** @param {string} message @param {string} output */
  constructor(message, output) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(tail ? `${message}\n${tail}` : message);
    this.output = output;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to the environment
 * @property {number} [timeoutMs] the command is killed and counts as failed after this
 * @property {boolean} [live] show the output as it comes instead of keeping it
 * @property {string | Uint8Array} [input]
 */

/**
 * Runs a command to its end and gives its standard output.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, options = {}) {
  const { timeoutMs = 600_000, live = false, input } = options;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [
      input === undefined ? 'ignore' : 'pipe',
      live ? 'inherit' : 'pipe',
      live ? 'inherit' : 'pipe',
    ],
  });
  let out = '';
  let all = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    out += text;
    all += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    all += text;
  });
  // A reader that stops early closes the pipe; how the command ended says whether that was right.
  child.stdin?.on('error', () => {});
  if (input !== undefined) child.stdin?.end(input);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const words = [command, ...args].join(' ');
  const shown = words.length > 160 ? `${words.slice(0, 160)}…` : words;
  try {
    await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new CommandError(`${shown}: ${error.message}`, all)));
      child.once('close', (code, signal) => {
        if (timedOut)
          reject(new CommandError(`${shown}: not done after ${timeoutMs / 1000} s`, all));
        else if (code === 0) resolve(undefined);
        else reject(new CommandError(`${shown}: ended with ${signal ?? code}`, all));
      });
    });
  } finally {
    clearTimeout(timer);
  }
  return out;
}

/**
 * Where a program is, looking also where Debian keeps root's programs: an ordinary user's PATH
 * lacks them.
 * @param {string} name
 */
export function which(name) {
  const dirs = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path));
}

export const isRoot = process.getuid?.() === 0;
