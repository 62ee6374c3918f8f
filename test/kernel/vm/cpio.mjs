// @ts-check

/**
 * @typedef {object} Entry
 * @property {string} path
 * @property {number} mode type and permission bits
 * @property {Uint8Array} [data]
 */

export const dir = (/** @type {string} */ path) => ({ path, mode: 0o040755 });
/** @param {string} path @param {Uint8Array | string} data */
export const file = (path, data) => ({ path, mode: 0o100755, data: Buffer.from(data) });
/** @param {string} path @param {string} target */
export const symlink = (path, target) => ({ path, mode: 0o120777, data: Buffer.from(target) });

/** @param {number} size */
const padding = (size) => Buffer.alloc((4 - (size % 4)) % 4);

/**
 * An initramfs in the "newc" format, made here because a bare Debian has no cpio.
 * @param {Entry[]} entries
 */
export function cpio(entries) {
  /** @type {Uint8Array[]} */
  const parts = [];
  for (const [index, entry] of [...entries, { path: 'TRAILER!!!', mode: 0 }].entries()) {
    const name = Buffer.from(`${entry.path}\0`);
    const data = 'data' in entry && entry.data ? entry.data : Buffer.alloc(0);
    const fields = [index + 1, entry.mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((n) => n.toString(16).padStart(8, '0')).join('')}`;
    parts.push(Buffer.from(header), name, padding(header.length + name.length));
    parts.push(data, padding(data.length));
  }
  return Buffer.concat(parts);
}
