import type { HelperFailure } from '../src-engine/helper-client/failure.ts';
import type { HelperClient, HelperOptions } from '../src-engine/helper-client/helper-client.ts';
import type { ProfileStore } from '../src-engine/profiles/profile-store.ts';
import type { Hello } from '../src-shared/helper-protocol/replies.ts';
import type { Result } from '../src-shared/model/result.ts';

/** How this program gets the helper's own one run as root. */
export type RootHelper = {
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  /** Whom sudo has made root, as it says itself. */
  readonly sudoUid: string | undefined;
  /** The helper's program; undefined where there is none. */
  readonly program: string | undefined;
  /** Runs a program in this terminal and gives its exit code; undefined: there is no such program. */
  readonly run: (argv: readonly string[]) => Promise<number | undefined>;
};

/** All that a command touches of the world. Answers go to stdout, everything else to stderr. */
export type Context = {
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdin: NodeJS.ReadStream;
  readonly helper: HelperOptions;
  readonly store: ProfileStore;
  readonly rootHelper: RootHelper;
};

/** Runs `work` with a connected helper, which has greeted, and closes the connection behind it. */
export async function withHelper<T, E>(
  { helper }: Context,
  work: (client: HelperClient, hello: Hello) => Promise<Result<T, E>>,
): Promise<Result<T, E | HelperFailure>> {
  // Loaded here, because commands that need no helper answer faster without it.
  const { HelperClient } = await import('../src-engine/helper-client/helper-client.ts');
  const client = new HelperClient(helper);
  try {
    const greeted = await client.start();
    return greeted.ok ? await work(client, greeted.value) : greeted;
  } finally {
    client.dispose();
  }
}
