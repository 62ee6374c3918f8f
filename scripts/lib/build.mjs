// @ts-check
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forNode } from './bundle.mjs';
import { goModules, npmPackages } from './dependencies.mjs';
import { run } from './exec.mjs';
import { dist, inRoot, version } from './paths.mjs';
import { step } from './progress.mjs';

const bin = join(dist, 'bin');

/** Leaves `mooring` and `mooring-helper` in dist/bin and the app in dist/app. */
export async function build() {
  await npmPackages();
  await goModules();
  await mkdir(bin, { recursive: true });
  const { buildApp } = await import('./build-app.mjs');
  await Promise.all([buildCli(), buildHelper(), buildApp()]);
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

async function buildHelper() {
  const flags = ['-trimpath', `-ldflags=-s -w -X main.version=${version}`];
  await step('Building the helper', () =>
    run('go', ['build', ...flags, '-o', join(bin, 'mooring-helper'), './cmd/mooring-helper'], {
      cwd: inRoot('helpers'),
      env: { CGO_ENABLED: '0' },
    }),
  );
}
