import { uninstallation } from '../../src-engine/installation/installation.ts';
import type { Context } from '../context.ts';
import { runAsRoot } from '../root-helper.ts';

/** Removes what `mooring helper install` has made; the private keys stay. */
export function helperUninstall(context: Context): Promise<number> {
  return runAsRoot(context, uninstallation);
}
