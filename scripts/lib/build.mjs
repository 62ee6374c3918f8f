// @ts-check
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forNode } from './bundle.mjs';
import { goModules, npmPackages } from './dependencies.mjs';
import { run } from './exec.mjs';
import { dist, inRoot, version } from './paths.mjs';
import { step } from './progress.mjs';

const bin = join(dist, 'bin');

/** Programs that play a part in tests and that no package may have. */
export const testBin = join(dist, 'test');

/** Leaves the programs in dist/bin, those of the tests in dist/test and the app in dist/app. */
export async function build() {
  await dependencies();
  const { buildApp } = await import('./build-app.mjs');
  await Promise.all([buildPrograms(), buildApp()]);
}

/** The same without the app, for what happens on a command line. */
export async function buildWithoutApp() {
  await dependencies();
  await buildPrograms();
}

async function dependencies() {
  await npmPackages();
  await goModules();
}

async function buildPrograms() {
  await mkdir(bin, { recursive: true });
  await mkdir(testBin, { recursive: true });
  await Promise.all([buildCli(), buildGo()]);
}

async function buildCli() {
  // Without it the repository's "type": "module" would make Node read the bundle as a module.
  await writeFile(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  const { build: esbuild } = await import('esbuild');
  await esbuild({
    ...forNode,
    entryPoints: [inRoot('src-cli/main.ts')],
    outfile: join(bin, 'mooring'),
    banner: { js: '#!/usr/bin/env node' },
    define: { __MOORING_VERSION__: JSON.stringify(version) },
    legalComments: 'none',
  });
  await chmod(join(bin, 'mooring'), 0o755);
}

async function buildGo() {
  const flags = ['-trimpath', `-ldflags=-s -w -X main.version=${version}`];
  /** @param {string} to @param {string[]} programs */
  const goBuild = (to, ...programs) =>
    run('go', ['build', ...flags, '-o', `${to}/`, ...programs.map((name) => `./cmd/${name}`)], {
      cwd: inRoot('helpers'),
      env: { CGO_ENABLED: '0' },
    });
  await step('Building the helper and the hub', () =>
    goBuild(bin, 'mooring-helper', 'mooring-hub'),
  );
  await step('Building the lab’s parts', () => goBuild(testBin, 'mooring-lab'));
}
