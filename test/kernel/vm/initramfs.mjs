// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as cpio from './cpio.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Those the initramfs loads before it can see the machine's files, in this order. */
const bootModules = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay'];

/** @param {import('./image.mjs').Image} image */
export async function initramfs({ root, release, busybox }) {
  const modules = join(root, 'usr/lib/modules', release);
  const order = await loadOrder(modules);
  const entries = [
    ...['bin', 'dev', 'proc', 'sys', 'host', 'over', 'root', 'modules'].map(cpio.dir),
    cpio.file('bin/busybox', await readFile(busybox)),
    cpio.symlink('bin/sh', 'busybox'),
    cpio.file('init', await readFile(join(here, 'init.sh'))),
    cpio.file('stage2', await readFile(join(here, 'stage2.sh'))),
  ];
  for (const [index, path] of order.entries()) {
    const name = `modules/${String(index).padStart(2, '0')}.ko`;
    entries.push(cpio.file(name, await readFile(join(modules, path))));
  }
  return cpio.cpio(entries);
}

/** The boot modules with what they need, in the order to load them. @param {string} modules */
async function loadOrder(modules) {
  const needs = new Map();
  for (const line of (await readFile(join(modules, 'modules.dep'), 'utf8')).split('\n')) {
    const [path, rest] = line.split(':');
    if (path) needs.set(path, rest?.split(' ').filter(Boolean) ?? []);
  }
  /** @type {string[]} */
  const order = [];
  const add = (/** @type {string} */ path) => {
    for (const need of needs.get(path) ?? []) add(need);
    if (!order.includes(path)) order.push(path);
  };
  for (const name of bootModules) {
    const path = [...needs.keys()].find((key) => key.endsWith(`/${name}.ko`));
    // Built into the kernel where it is not found as a module.
    if (path) add(path);
  }
  return order;
}
