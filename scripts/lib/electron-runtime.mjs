// @ts-check
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { npmPackages } from './dependencies.mjs';
import { neededToRun } from './electron-needs.mjs';
import { electronFromWheel, wheelFolder, wheelIsUnpacked } from './electron-wheel.mjs';
import { isRoot, run, which } from './exec.mjs';
import { inRoot } from './paths.mjs';
import { Stop, say, step } from './progress.mjs';

/**
 * An Electron that runs here. `folder` is what ELECTRON_OVERRIDE_DIST_PATH takes.
 * @typedef {{ version: string, major: number, folder: string, executable: string }} Electron
 */

const npmFolder = inRoot('node_modules/electron/dist');
const mirror = 'https://github.com/electron/electron/releases/download/';

/**
 * Finds or makes a runnable Electron: the folder that ELECTRON_OVERRIDE_DIST_PATH names, the one
 * that package.json names, or where that cannot be downloaded an older one.
 * @param {{ retry?: boolean }} [options] retry: try the download again although the older one is there
 * @returns {Promise<Electron>}
 */
export async function electronRuntime({ retry = false } = {}) {
  await npmPackages();
  await neededToRun();
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? (await found(retry));
  // The npm package, Playwright and all else that is started from here go by this.
  process.env.ELECTRON_OVERRIDE_DIST_PATH = folder;
  const version = versionIn(folder);
  if (version === undefined) throw new Stop(`There is no Electron in ${folder}.`);
  await sandboxWorks(folder);
  const executable = join(folder, 'electron');
  return { version, major: Number.parseInt(version, 10), folder, executable };
}

/** @param {boolean} retry */
async function found(retry) {
  if (versionIn(npmFolder) === wanted()) return npmFolder;
  if (!retry && wheelIsUnpacked()) return wheelFolder;
  if (await downloaded()) return npmFolder;
  await electronFromWheel();
  return wheelFolder;
}

/** @param {string} folder */
function versionIn(folder) {
  const file = join(folder, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : undefined;
}

/** The version that package.json names. @returns {string} */
function wanted() {
  return createRequire(import.meta.url)('electron/package.json').version;
}

/** By the npm package's own program, once it is clear that it can reach what it fetches. */
async function downloaded() {
  const { ELECTRON_MIRROR, npm_config_electron_mirror } = process.env;
  const from = ELECTRON_MIRROR ?? npm_config_electron_mirror ?? mirror;
  const name = `electron-v${wanted()}-${process.platform}-${process.arch}.zip`;
  const asked = fetch(`${from}v${wanted()}/${name}`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(5000),
  });
  if (!(await asked.then(({ ok }) => ok).catch(() => false))) return false;
  const install = join(dirname(npmFolder), 'install.js');
  try {
    await step(`Downloading Electron ${wanted()} (120 MB)`, () => run(process.execPath, [install]));
  } catch (error) {
    say(`Electron ${wanted()} could not be downloaded: ${lastLine(error)}`);
  }
  return versionIn(npmFolder) === wanted();
}

/** @param {unknown} error */
function lastLine(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').find((line) => /error/i.test(line)) ?? text;
}

/**
 * Chromium's sandbox needs user namespaces that an ordinary user may make, or else its own helper
 * with root's rights.
 * @param {string} folder
 */
export async function sandboxWorks(folder) {
  const helper = join(folder, 'chrome-sandbox');
  if (!existsSync(helper)) return;
  const { uid, mode } = statSync(helper);
  if (uid === 0 && (mode & 0o7777) === 0o4755) return;
  // Root cannot tell whether others may make user namespaces, and can have it the other way.
  const namespaces = isRoot ? undefined : run('unshare', ['--user', 'true']);
  if (namespaces && (await namespaces.then(() => true).catch(() => false))) return;
  const commands = [
    ['chown', 'root:root', helper],
    ['chmod', '4755', helper],
  ];
  const sudo = which('sudo');
  if (!isRoot && !sudo)
    throw new Stop(
      `Electron's sandbox cannot start here without this, as root:\n${commands
        .map((words) => `  ${words.join(' ')}`)
        .join('\n')}`,
    );
  for (const [command = '', ...args] of commands)
    await (isRoot ? run(command, args) : run(sudo ?? '', [command, ...args], { live: true }));
}
