import { join } from 'node:path';

/** Where the helper's program lies: among the package's resources, or beside the app in a checkout's dist. */
export function helperPath(isPackaged: boolean, folder: string, resources: string): string {
  return isPackaged
    ? join(resources, 'bin', 'mooring-helper')
    : join(folder, '..', 'bin', 'mooring-helper');
}
