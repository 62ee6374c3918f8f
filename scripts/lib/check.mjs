// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { goModules, npmPackages } from './dependencies.mjs';
import { run } from './exec.mjs';
import { inRoot } from './paths.mjs';
import { Stop, step } from './progress.mjs';

/**
 * Each folder is checked by its own tsconfig, with only the globals that it really has; what the tests of the app
 * run in its page has the page's besides.
 */
function typedFolders() {
  const folders = readdirSync(inRoot('.'), { withFileTypes: true }).filter((e) => e.isDirectory());
  const names = [...folders.map((e) => e.name), 'test/e2e'];
  return names.filter((name) => existsSync(inRoot(`${name}/tsconfig.json`)));
}

const macOs = { GOOS: 'darwin', CGO_ENABLED: '0' };

/** @param {string} name */
const local = (name) => inRoot(`node_modules/.bin/${name}`);

/** Formatting, lint and types of everything; gives how many checks there were. */
export async function check() {
  await npmPackages();
  await goModules();
  const go = inRoot('helpers');
  /** @type {[string, () => Promise<unknown>][]} */
  const checks = [
    ['Biome', () => run(local('biome'), ['ci', '.'], { cwd: inRoot('.') })],
    ...typedFolders().map(
      (folder) =>
        /** @type {[string, () => Promise<unknown>]} */ ([
          `Types of ${folder}`,
          () => run(local('tsc'), ['-p', inRoot(folder)]),
        ]),
    ),
    ['go vet', () => run('go', ['vet', './...'], { cwd: go })],
    ...['arm64', 'amd64'].map(
      (arch) =>
        /** @type {[string, () => Promise<unknown>]} */ ([
          `go vet for macOS on ${arch}`,
          () => run('go', ['vet', './...'], { cwd: go, env: { ...macOs, GOARCH: arch } }),
        ]),
    ),
    ['gofmt', gofmt],
  ];
  const failures = [];
  for (const [what, work] of checks) {
    try {
      await step(what, work);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (failures.length > 0)
    throw new Stop(`${failures.join('\n\n')}\ncheck: ${failures.length} failed`);
  return checks.length;
}

async function gofmt() {
  const bad = await run('gofmt', ['-l', '.'], { cwd: inRoot('helpers') });
  if (bad.trim()) throw new Error(`gofmt would change:\n${bad.trimEnd()}`);
}
