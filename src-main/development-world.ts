import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockHelper } from '../src-engine/mock-helper/mock-helper.ts';
import { isScenarioName, SCENARIO_NAMES, scenario } from '../src-engine/mock-helper/scenarios.ts';
import { ProfileStore } from '../src-engine/profiles/profile-store.ts';
import { tunnelOf } from '../src-shared/model/profile.ts';
import { ok } from '../src-shared/model/result.ts';
import type { World } from './world.ts';

/** What this file is, for whoever loads it when it is wanted. */
export type DevelopmentWorlds = {
  readonly mockWorld: typeof mockWorld;
  readonly labWorld: typeof labWorld;
};

type MadeUp = Omit<World, 'settingsFile'>;

const STEP_MS = 250;

/**
 * A helper of this process, in folders of its own that `dispose` removes; a user's profiles are not touched.
 * Tests reach it as `mooringMock`, to stop it and to let it see things.
 */
export async function mockWorld(name: string, uid: number): Promise<MadeUp> {
  if (!isScenarioName(name)) {
    throw new Error(`There is no scenario "${name}", only ${SCENARIO_NAMES.join(', ')}.`);
  }
  const { profiles, held, script, missing } = scenario(name);
  const profilesFolder = mkdtempSync(join(tmpdir(), 'mock-profiles-'));
  const store = new ProfileStore(profilesFolder);
  for (const profile of profiles) {
    await store.create(profile);
  }
  const up = profiles.filter((profile) => held.includes(profile.name)).map(tunnelOf);
  const helper = await MockHelper.absent({ script, held: up, stepMs: STEP_MS });
  if (!missing) {
    await helper.listenAgain();
  }
  Object.assign(globalThis, { mooringMock: helper });
  return {
    helper: { socketPath: helper.socketPath, socketOwner: uid },
    profilesFolder,
    elevation: {
      installHelper: async () => {
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
        await helper.stop();
        await helper.listenAgain();
        return ok(undefined);
      },
      uninstallHelper: async () => {
        await helper.stop();
        return ok(undefined);
      },
    },
    dispose: async () => {
      await helper.close();
      await rm(profilesFolder, { recursive: true, force: true });
    },
  };
}

/**
 * The lab's real helper, by its socket in `folder`, which belongs to root or to us; the
 * profiles are gone with `dispose`. It is there already, so there is nothing to install.
 */
export async function labWorld(folder: string, uid: number): Promise<MadeUp> {
  const profilesFolder = mkdtempSync(join(tmpdir(), 'lab-profiles-'));
  const owner = statSync(folder).uid;
  return {
    helper: { socketPath: join(folder, 'helper.sock'), socketOwner: owner === uid ? uid : 0 },
    profilesFolder,
    elevation: {
      installHelper: async () => ok(undefined),
      uninstallHelper: async () => ok(undefined),
    },
    dispose: () => rm(profilesFolder, { recursive: true, force: true }),
  };
}
