// @ts-check
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forNode } from './bundle.mjs';
import { icons } from './icons.mjs';
import { dist, inRoot, version } from './paths.mjs';

const app = join(dist, 'app');
// Made beside it and put in its place as a whole: an app that starts meanwhile finds all of its files.
const made = join(dist, 'app.new');

/**
 * Leaves in dist/app what Electron runs: package.json, main.js, preload.js, development-world.js (which packages
 * leave out), icons and the page. Everything is bundled, so it needs no node_modules.
 */
export async function buildApp() {
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  const forPackages = join(dist, 'icons');
  await Promise.all([
    buildMain(),
    buildPage(),
    icons(join(made, 'icons'), forPackages),
    writeManifest(),
  ]);
  await rm(app, { recursive: true, force: true });
  await rename(made, app);
}

async function buildMain() {
  const { build } = await import('esbuild');
  await build({
    ...forNode,
    // The oldest Electron that this runs on, 22, has Node 16.17.
    target: 'node16.17',
    entryPoints: {
      main: inRoot('src-main/index.ts'),
      preload: inRoot('src-main/preload.ts'),
      'development-world': inRoot('src-main/development-world.ts'),
    },
    outdir: made,
    external: ['electron'],
    minify: true,
    legalComments: 'none',
  });
}

async function buildPage() {
  const { build } = await import('vite');
  await build({
    configFile: inRoot('vite.config.ts'),
    root: inRoot('src-renderer'),
    build: { outDir: join(made, 'renderer') },
    logLevel: 'warn',
  });
}

function writeManifest() {
  // productName is what Electron calls the app before any of our code runs, userData's folder among others.
  const manifest = {
    name: 'mooring',
    productName: 'Mooring',
    desktopName: 'mooring.desktop',
    version,
    main: 'main.js',
  };
  return writeFile(join(made, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
