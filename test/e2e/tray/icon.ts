import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, encode, type Pixels } from './png.ts';

/** As StatusNotifierItem has it: ARGB, four bytes a pixel, big-endian. */
type Pixmap = readonly [width: number, height: number, argb: Uint8Array];

export interface Icon extends Pixels {
  /** Names the picture whatever its file looks like: "another one", "the one of this file". */
  readonly hash: string;
  /** Whether all of it is transparent: an icon that nobody sees. */
  readonly empty: boolean;
  png(): Buffer;
}

/**
 * The icon that an item shows. Chromium sends pixels, or on GNOME, which scales those badly, the name of a
 * file in a folder of its own.
 */
export async function iconOf(values: Record<string, unknown>): Promise<Icon | undefined> {
  const { IconName: name, IconThemePath: folder, IconPixmap: pixmaps } = values;
  // A file that is gone has been replaced, and the item is about to say so.
  if (name && folder) return iconFile(join(String(folder), `${name}.png`)).catch(() => undefined);
  const [largest] = [...((pixmaps ?? []) as Pixmap[])].sort(([a], [b]) => b - a);
  if (!largest) return undefined;
  const [width, height, argb] = largest;
  const rgba = Buffer.from(argb.map((_, i) => argb[i - (i % 4) + ((i + 1) % 4)] ?? 0));
  return icon({ width, height, rgba });
}

export async function iconFile(path: string): Promise<Icon> {
  return icon(decode(await readFile(path)));
}

function icon(pixels: Pixels): Icon {
  const { width, height, rgba } = pixels;
  const hash = createHash('sha256').update(`${width}x${height}:`).update(rgba);
  return {
    ...pixels,
    hash: hash.digest('hex').slice(0, 16),
    empty: rgba.every((value, i) => i % 4 !== 3 || value === 0),
    png: () => encode(pixels),
  };
}
