import type { HelperOptions } from '../src-engine/helper-client/helper-client.ts';
import type { Elevation } from './platform/elevation.ts';

/** What the app drives: a helper, the profiles of a user, and the way to install a helper. */
export type World = {
  readonly helper: HelperOptions;
  readonly profilesFolder: string;
  readonly settingsFile: string;
  readonly elevation: Elevation;
  /** Ends what was made for it. */
  readonly dispose: () => Promise<void>;
};
