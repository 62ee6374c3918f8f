import { join } from 'node:path';
import { helperSocketPath } from '../src-engine/helper-client/socket-path.ts';
import { profilesFolder } from '../src-engine/profiles/profile-store.ts';
import type { Arguments } from './arguments.ts';
import type { DevelopmentWorlds } from './development-world.ts';
import { sudoElevation } from './platform/elevation.ts';
import type { World } from './world.ts';

export type WorldOrder = {
  readonly arguments: Pick<Arguments, 'mockHelper' | 'lab'>;
  /** Where the app's code lies. */
  readonly folder: string;
  /** Electron's own folder for this user. */
  readonly userData: string;
  readonly helperPath: string;
  readonly uid: number;
};

/** The one place where the helper of this machine, a mock or the lab's is chosen. */
export async function chooseWorld(order: WorldOrder): Promise<World> {
  const { folder, userData, helperPath, uid } = order;
  const { mockHelper, lab } = order.arguments;
  const settingsFile = join(userData, 'settings.json');
  if (mockHelper === null && lab === null) {
    return {
      helper: { socketPath: helperSocketPath(process.env, process.platform) },
      profilesFolder: profilesFolder(process.env),
      settingsFile,
      elevation: sudoElevation({ platform: process.platform, helperPath, uid }),
      dispose: async () => undefined,
    };
  }
  // A file of its own, which packages leave out.
  const { mockWorld, labWorld } = require(
    join(folder, 'development-world.js'),
  ) as DevelopmentWorlds;
  const world = lab === null ? mockWorld(mockHelper ?? '', uid) : labWorld(lab, uid);
  return { ...(await world), settingsFile };
}
