// @ts-check
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from '../../../scripts/lib/exec.mjs';
import { step } from '../../../scripts/lib/progress.mjs';

/** Of the kernel's 400 MB of modules, the parts that a network of namespaces can ask for. */
const moduleFolders = [
  'arch/x86/crypto',
  'crypto',
  'lib',
  'net',
  'fs/9p',
  'fs/overlayfs',
  'fs/fscache',
  'fs/netfs',
  'drivers/virtio',
  'drivers/char/virtio_console.ko*',
  'drivers/net/wireguard',
  'drivers/net/*.ko*',
];

/**
 * Unpacks the packages into `home`: root (all files), vmlinux and busybox.
 * @param {string[]} debs
 * @param {string} home
 * @returns {Promise<string>} the kernel's release
 */
export async function unpackAll(debs, home) {
  const root = join(home, 'root');
  // Packages still ship /lib and /sbin; as folders they would hide the machine's links in the guest.
  const merged = ['bin', 'sbin', 'lib', 'lib64'];
  for (const name of merged) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  await step('Unpacking the guest’s kernel and tools', async () => {
    for (const deb of debs) await unpack(deb, root);
  });
  for (const name of merged) await rm(join(root, name));

  const release = (await readdir(join(root, 'usr/lib/modules')))[0];
  if (!release) throw new Error('the kernel package holds no modules');
  // Not left in the PATH: an installed busybox would hide the machine's programs.
  await rename(join(root, 'usr/bin/busybox'), join(home, 'busybox'));
  await chmod(join(home, 'busybox'), 0o755);
  // busybox's own unxz gives up on the kernel's x86 filter.
  const xz = join(root, 'usr/bin/xz');
  await indexModules(root, release, xz);
  await kernel(join(root, 'boot', `vmlinuz-${release}`), join(home, 'vmlinux'), xz);
  await rm(join(root, 'boot'), { recursive: true });
  return release;
}

/** @param {string} deb @param {string} root */
async function unpack(deb, root) {
  const isKernel = /\/linux-image-/.test(deb);
  const only = isKernel
    ? ['--wildcards', './boot/vmlinuz-*', './lib/modules/*/modules.*'].concat(
        moduleFolders.map((path) => `./lib/modules/*/kernel/${path}`),
      )
    : ['--exclude=./usr/share', '.'];
  // Debian 13 puts the modules below /usr/lib.
  if (isKernel) only.push(...only.slice(2).map((path) => path.replace('./lib', './usr/lib')));
  const tar = `dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner --keep-directory-symlink -C "$2"`;
  // tar complains of patterns that match nothing; that the parts are there is checked where used.
  const script = `${tar} "\${@:3}" ${isKernel ? '2>/dev/null || true' : ''}`;
  await run('bash', ['-c', `set -o pipefail; ${script}`, 'unpack', deb, root, ...only]);
}

/** @param {string} root @param {string} release @param {string} xz */
async function indexModules(root, release, xz) {
  const dir = join(root, 'usr/lib/modules', release);
  // Debian 13 compresses them, which costs time at each load.
  await run('find', [dir, '-name', '*.ko.xz', '-exec', xz, '-d', '{}', '+']);
  await symlink('usr/lib', join(root, 'lib'));
  // Not busybox's depmod: the kernel loads modules by kmod, which reads only its own binary index.
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  await run(
    'bash',
    ['-c', 'exec -a depmod "$@"', 'depmod', join(root, 'usr/bin/kmod'), '-b', root, release],
    {
      env: { LD_LIBRARY_PATH: libraries },
    },
  );
  await rm(join(root, 'lib'));
}

/**
 * Unpacks the kernel once here instead of at each start: under emulation its own unpacking takes
 * longer than the rest of the boot.
 * @param {string} vmlinuz @param {string} path where to @param {string} xz
 */
async function kernel(vmlinuz, path, xz) {
  const zipped = await readFile(vmlinuz);
  const start = (zipped.readUInt8(0x1f1) + 1) * 512 + zipped.readUInt32LE(0x248);
  const payload = zipped.subarray(start, start + zipped.readUInt32LE(0x24c) - 4);
  if (payload.readUInt32BE(0) === 0xfd377a58) {
    await writeFile(`${path}.xz`, payload);
    await run(xz, ['-d', `${path}.xz`]);
  } else if (payload.readUInt16BE(0) === 0x1f8b) {
    await writeFile(path, gunzipSync(payload));
  } else {
    await writeFile(path, zipped);
  }
}
