// @ts-check
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { download, resolve } from '../../scripts/lib/apt.mjs';
import { run } from '../../scripts/lib/exec.mjs';
import { cache } from '../../scripts/lib/paths.mjs';

/** Those that are measured beside us, and what measures. Unpacked, since installed some would start by themselves. */
const packages = ['openvpn', 'openssl', 'fastd', 'tinc', 'n2n', 'iperf3'];

/**
 * Where they are unpacked, made now or by an earlier run.
 * @returns {Promise<{ folder: string, versions: string[] }>}
 */
export async function peers() {
  const all = await resolve(packages);
  const versions = all.filter((one) => packages.includes(one.split('=')[0] ?? ''));
  const folder = join(
    cache,
    `peers-${createHash('sha256').update(all.join(' ')).digest('hex').slice(0, 12)}`,
  );
  if (existsSync(folder)) return { folder, versions };
  const aside = join(cache, `new-${randomBytes(4).toString('hex')}`);
  await mkdir(join(aside, 'root'), { recursive: true });
  try {
    for (const deb of await download(all, join(aside, 'debs')))
      await run('dpkg-deb', ['--extract', deb, join(aside, 'root')]);
    await rename(join(aside, 'root'), folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { folder, versions };
}

/** What a process needs to find them. @param {string} folder */
export const environment = (folder) => ({
  MOORING_BENCH_PEERS: folder,
  LD_LIBRARY_PATH: ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu']
    .map((path) => join(folder, path))
    .join(':'),
});
