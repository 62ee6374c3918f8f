/** Who carries a laptop's packets. */
export type Engine = 'kernel' | 'userspace';

/** Who made the hub: its owner's own commands, or `mooring-hub serve` with that engine. */
export type HubMaker = 'commands' | Engine;

/** What a world is made of. */
export interface Kind {
  readonly engine: Engine;
  readonly hub: HubMaker;
}

/** What the runner says this run is about; a test may ask for another kind of world. */
export function kindOfRun(env: NodeJS.ProcessEnv = process.env): Kind {
  const { MOORING_TEST_ENGINE: engine = 'kernel', MOORING_TEST_HUB: hub = 'commands' } = env;
  if (engine !== 'kernel' && engine !== 'userspace')
    throw new Error(`MOORING_TEST_ENGINE is kernel or userspace, not ${engine}`);
  if (hub !== 'commands' && hub !== 'kernel' && hub !== 'userspace')
    throw new Error(`MOORING_TEST_HUB is commands, kernel or userspace, not ${hub}`);
  return { engine, hub };
}
