import { type FSWatcher, mkdirSync, watch } from 'node:fs';

const SETTLE_MS = 150;

/**
 * Calls `changed` some moments after anything in `folder` changed: `mooring profile import` may run beside the
 * app. The folder is made when it is not there. Returns what stops it.
 */
export function watchFolder(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    watcher = watch(folder, () => {
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE_MS);
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No folder, or no more watches: opening the window reads the profiles again.
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
