// @ts-check
import { dirname, join } from 'node:path';
import { isRoot, run } from './exec.mjs';
import { root } from './paths.mjs';

/** On every system; the session bus wants a user that it can look up. */
const user = 'nobody';

const drop = ['setpriv', `--reuid=${user}`, '--regid=65534', '--clear-groups', '--'];

/** Binds each folder of "FROM TO" pairs up to `--`, then becomes what follows. */
const bind = `set -e
while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done
shift
exec "$@"`;

/**
 * A way to run programs as an ordinary user: as oneself, or, since root
 * gets no sandbox from Chromium, as somebody else.
 * @typedef {object} OrdinaryUser
 * @property {(path: string) => string} path where that user finds a path of ours
 * @property {(command: string[]) => string[]} command
 * @property {(folder: string) => Promise<void>} own gives a folder to that user
 */

/**
 * @param {string} dir an empty folder below one that everybody may enter
 * @param {string[]} besides folders outside the checkout that the user has to reach
 * @returns {Promise<OrdinaryUser>}
 */
export async function ordinaryUser(dir, besides = []) {
  if (!isRoot)
    return { path: (path) => path, command: (command) => command, own: async () => undefined };
  await run('chmod', ['755', dir]);
  /** @type {Map<string, string>} */
  const bound = new Map();
  // Node may be below root's home as well as the checkout.
  for (const folder of new Set([root, dirname(dirname(process.execPath)), ...besides])) {
    if (await reaches(folder)) continue;
    const to = join(dir, `${bound.size}`);
    await run('mkdir', [to]);
    bound.set(folder, to);
  }
  const path = (/** @type {string} */ wanted) => {
    for (const [from, to] of bound)
      if (wanted === from || wanted.startsWith(`${from}/`)) return to + wanted.slice(from.length);
    return wanted;
  };
  const [names, pairs] = [['unshare', '--mount', 'sh', '-c', bind, 'sh'], [...bound].flat()];
  return {
    path,
    command: (command) =>
      bound.size === 0 ? [...drop, ...command] : [...names, ...pairs, '--', ...drop, ...command],
    own: async (folder) => {
      await run('chown', [user, folder]);
    },
  };
}

/** @param {string} folder */
async function reaches(folder) {
  const [command = '', ...args] = [...drop, 'test', '-r', folder, '-a', '-x', folder];
  return run(command, args)
    .then(() => true)
    .catch(() => false);
}
