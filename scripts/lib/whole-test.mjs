// @ts-check
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, offer } from '../../test/kernel/channel/reach.mjs';
import { runOnDesktop } from './e2e-tests.mjs';
import { runBundled } from './kernel-tests.mjs';
import { cache, inRoot } from './paths.mjs';
import { withFolder } from './temporary.mjs';

/**
 * Runs the test of everything at once: the real app on a desktop here, the real helper in a world elsewhere, joined by
 * the helper's socket.
 * @param {import('./kernel-tests.mjs').Place} place where the world is
 */
export function runWholeTest(place) {
  // Where the ordinary user that the app runs as may enter.
  return withFolder('/var/tmp/mooring-world-', async (folder) => {
    await chmod(folder, 0o755);
    return runBundled(
      { lab: inRoot('test/kernel/lab/main.ts') },
      (path) => [path('lab'), '--serve'],
      {
        timeoutMs: 400_000,
        outside: async (open) => {
          const close = offer(folder, ['helper', 'world'], open);
          try {
            await runOnDesktop(
              { whole: inRoot('test/e2e/whole/whole.test.ts') },
              (path) => ['--test', '--test-reporter=spec', path('whole')],
              {
                results: join(cache, 'e2e-whole'),
                timeoutMs: 300_000,
                env: { MOORING_E2E_WORLD: folder },
              },
            );
          } finally {
            close();
            // A world that has ended by itself cannot be asked to.
            await ask(open, 'end').catch(() => undefined);
          }
        },
      },
      place,
    );
  });
}
