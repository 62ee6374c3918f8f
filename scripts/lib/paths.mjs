// @ts-check
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What the scripts keep between runs; safe to delete at any time. */
export const cache = join(root, '.cache');
export const dist = join(root, 'dist');

/** @type {string} */
export const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** @param {string} path */
export const inRoot = (path) => join(root, path);

/**
 * Names a state of the given files and folders, so that what was made from them can be kept.
 * @param {string[]} paths
 */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addToHash(hash, path);
  return hash.digest('hex').slice(0, 16);
}

/** @param {import('node:crypto').Hash} hash @param {string} path */
function addToHash(hash, path) {
  /** @type {string[] | undefined} */
  let names;
  try {
    names = readdirSync(path);
  } catch {
    // Not a folder.
  }
  hash.update(`${path}\0`);
  if (names) for (const name of names.sort()) addToHash(hash, join(path, name));
  else hash.update(readFileSync(path));
}
