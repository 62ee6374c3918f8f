import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** All that the window loads, in kB as a server would send it. */
export function gzippedKB(folder: string): number {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  const sizes = files
    .filter((file) => statSync(file).isFile())
    .map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}
