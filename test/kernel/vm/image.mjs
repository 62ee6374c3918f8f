// @ts-check
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { download, resolve } from '../../../scripts/lib/apt.mjs';
import { cache, fingerprint } from '../../../scripts/lib/paths.mjs';
import { say } from '../../../scripts/lib/progress.mjs';
import { unpackAll } from './unpack.mjs';

/**
 * What the guest has beyond the machine's own files. Unpacked, never installed: radvd would start
 * by itself on a real machine, and installing a kernel takes 44 s and writes into /boot.
 */
const packages = [
  'linux-image-amd64',
  'busybox-static',
  'iproute2',
  'nftables',
  'wireguard-tools',
  'ethtool',
  'radvd',
  'kmod',
  'systemd',
  'dbus-daemon',
  'polkitd',
  'pkexec',
  'xz-utils',
];

/**
 * @typedef {object} Image
 * @property {string} release the kernel's, such as 6.1.0-56-amd64
 * @property {string} vmlinux
 * @property {string} busybox
 * @property {string} root laid over the machine's own root inside the guest
 */

const stamp = join(cache, 'guest.json');
const how = fingerprint(
  ['image.mjs', 'unpack.mjs'].map((name) => fileURLToPath(new URL(name, import.meta.url))),
);

/** Asking apt takes two seconds; what it said stays good for a day. */
const askAgainAfterMs = 24 * 3600_000;

/** @returns {Promise<Image>} made now, or as kept from an earlier run */
export async function image() {
  const kept = existsSync(stamp) ? JSON.parse(await readFile(stamp, 'utf8')) : undefined;
  const usable = kept?.how === how && existsSync(join(cache, kept.name));
  if (usable && Date.now() - kept.asked < askAgainAfterMs) return at(kept.name, kept.release);
  const versions = await resolve(packages);
  const key = createHash('sha256')
    .update([how, ...versions].join(' '))
    .digest('hex')
    .slice(0, 12);
  const name = `guest-${key}`;
  if (!existsSync(join(cache, name))) await make(name, versions);
  const release = (await readdir(join(cache, name, 'root/usr/lib/modules')))[0] ?? '';
  await writeFile(stamp, JSON.stringify({ how, asked: Date.now(), name, release }));
  return at(name, release);
}

/** @param {string} name @param {string} release @returns {Image} */
function at(name, release) {
  const file = (/** @type {string} */ path) => join(cache, name, path);
  const [vmlinux, busybox, root] = [file('vmlinux'), file('busybox'), file('root')];
  return { release, vmlinux, busybox, root };
}

/** @param {string} name @param {string[]} versions */
async function make(name, versions) {
  // Made aside and put in place whole: another run may be doing the same at this moment.
  const aside = join(cache, `new-${randomBytes(4).toString('hex')}`);
  await mkdir(aside, { recursive: true });
  try {
    const debs = await download(versions, join(aside, 'debs'));
    const release = await unpackAll(debs, aside);
    await rm(join(aside, 'debs'), { recursive: true });
    await rename(aside, join(cache, name)).catch((error) => {
      if (!existsSync(join(cache, name))) throw error;
    });
    say(`The guest’s kernel is Debian’s ${release}.`);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await removeOld(name);
}

/** Images of earlier versions; not those of today, which a guest may still be running from. */
async function removeOld(/** @type {string} */ current) {
  for (const name of await readdir(cache)) {
    if (!/^(guest|new)-/.test(name) || name === current) continue;
    const { mtimeMs } = await stat(join(cache, name));
    if (Date.now() - mtimeMs > askAgainAfterMs) {
      await rm(join(cache, name), { recursive: true, force: true });
    }
  }
}
