import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, type Result } from '../../src-shared/model/result.ts';
import { errnoOf, failure, type HelperFailure, messageOf } from './failure.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Checks, before the first byte, that `path` is a socket of `owner` which nobody else could have put there:
 * its folder belongs to `owner`, and every folder above to `owner`, root or us, none writable by others
 * unless sticky. Errors: `helper-missing`, `not-authorised`, `untrusted-helper`.
 */
export async function checkSocket(
  path: string,
  owner: number,
): Promise<Result<void, HelperFailure>> {
  try {
    const socket = await lstat(path);
    if (!socket.isSocket()) {
      return failure('untrusted-helper', `${path} is not a socket`);
    }
    if (socket.uid !== owner) {
      return failure('untrusted-helper', `${path} belongs to uid ${socket.uid}, not to ${owner}`);
    }
    return await checkFolders(await realpath(dirname(path)), owner);
  } catch (error) {
    switch (errnoOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return failure('helper-missing', `there is no helper at ${path}`);
      case 'EACCES':
        return failure('not-authorised', `${path} is closed to this user`);
      default:
        return failure('untrusted-helper', messageOf(error));
    }
  }
}

async function checkFolders(nearest: string, owner: number): Promise<Result<void, HelperFailure>> {
  const trusted = new Set([0, owner, process.getuid?.() ?? owner]);
  for (let folder = nearest; ; folder = dirname(folder)) {
    const found = await stat(folder);
    const owned = folder === nearest ? isOwned(found, new Set([owner])) : isOwned(found, trusted);
    if (!owned) {
      return failure('untrusted-helper', `${join(folder, '/')} belongs to uid ${found.uid}`);
    }
    if ((found.mode & WRITABLE_BY_OTHERS) !== 0 && (found.mode & STICKY) === 0) {
      return failure('untrusted-helper', `${join(folder, '/')} can be written by others`);
    }
    if (folder === dirname(folder)) {
      return ok(undefined);
    }
  }
}

function isOwned(found: Stats, owners: ReadonlySet<number>): boolean {
  return owners.has(found.uid);
}
