import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import type { Agent } from './agent-client.ts';
import { kindOfRun } from './kind.ts';
import { Mooring } from './mooring.ts';
import { type Namespace, World, type WorldOptions } from './world.ts';

export interface Fixture {
  readonly world: World;
  readonly mooring: Mooring;
  agent(ns: Namespace): Promise<Agent>;
}

/** A test that names the engine that it is about, since the same tests run on each. */
export const test = (name: string, body: () => Promise<void>) =>
  nodeTest(`[${kindOfRun().engine}] ${name}`, body);

/**
 * For a test file: one world with a running helper, built before its tests and gone after them.
 * @param prepare what the file needs besides; in the same hook, because Node 20 starts the hooks of a
 * file side by side
 */
export function inWorld(
  options: WorldOptions = {},
  prepare: (fixture: Fixture) => Promise<void> = async () => {},
): Fixture {
  let world: World | undefined;
  let mooring: Mooring | undefined;
  before(async () => {
    world = await World.build(options);
    mooring = await Mooring.start(world);
    await prepare(fixture);
  });
  after(async () => {
    await mooring?.close();
    if (mooring) keepLog(mooring.log);
    await world?.close();
  });
  const fixture: Fixture = {
    get world() {
      if (!world) throw new Error('the world is not built');
      return world;
    },
    get mooring() {
      if (!mooring) throw new Error('the helper does not run');
      return mooring;
    },
    agent(ns) {
      return this.world.agent(ns);
    },
  };
  return fixture;
}

/** Leaves the helper's log with the machine that started the guest. */
export function keepLog(text: string): void {
  const dir = process.env.GUEST_RESULTS;
  const name = basename(process.argv[1] ?? 'test', '.cjs');
  if (dir !== undefined) appendFileSync(join(dir, `${name}.helper.log`), text);
}
