import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

let counter = 0;

/**
 * Writes a whole file that is either there or not, also after a power cut: a private temporary file beside
 * it, synced, then put in its place. `exclusive` fails with EEXIST instead of replacing.
 */
export async function writeAtomically(
  path: string,
  text: string,
  exclusive: boolean,
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  counter += 1;
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${counter}.tmp`);
  try {
    await writeSynced(temporary, text);
    // rename replaces silently, link never does.
    await (exclusive ? link(temporary, path) : rename(temporary, path));
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncFolder(folder);
}

/** Removes a file so that it stays removed after a power cut. */
export async function removeDurably(path: string): Promise<void> {
  await unlink(path);
  await syncFolder(dirname(path));
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
