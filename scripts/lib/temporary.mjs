// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';

/** @type {Set<string>} */
const folders = new Set();

// Also on Ctrl-C, where no `finally` runs.
process.on('exit', () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/**
 * A new folder that is gone when `work` has ended, or this process has, however it did.
 * @template T
 * @param {string} prefix
 * @param {(path: string) => Promise<T>} work
 */
export async function withFolder(prefix, work) {
  const path = mkdtempSync(prefix);
  folders.add(path);
  try {
    return await work(path);
  } finally {
    folders.delete(path);
    rmSync(path, { recursive: true, force: true });
  }
}
