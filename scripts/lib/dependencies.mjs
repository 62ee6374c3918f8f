// @ts-check
import { existsSync, statSync } from 'node:fs';
import { run, which } from './exec.mjs';
import { inRoot } from './paths.mjs';
import { Stop, step } from './progress.mjs';

/** npm packages as the lock file has them; nothing is done when they are there already. */
export async function npmPackages() {
  // npm writes this file last, so it stands for a whole installation.
  const done = inRoot('node_modules/.package-lock.json');
  const lock = inRoot('package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('Installing the npm packages', () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: inRoot('.') }),
  );
}

/** Go modules of the helper, fetched beforehand so that building says only what it builds. */
export async function goModules() {
  if (!which('go')) throw new Stop('Go is needed (1.24 or newer) and is not in the PATH.');
  await step('Fetching the Go modules', () =>
    run('go', ['mod', 'download'], { cwd: inRoot('helpers') }),
  );
}
