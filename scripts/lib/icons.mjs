// @ts-check
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

const SOURCE = inRoot('assets/mooring.svg');

/** The states of a session, each with an icon of its own; test/contract/tray-icons.test.ts finds what is missing. */
export const STATES = ['off', 'connecting', 'verified', 'degraded', 'roaming', 'waiting', 'failed'];

/** Dark strokes for light panels and the other way round. */
const THEMES = { light: '#24292f', dark: '#f6f8fa' };
const TRAY_SIZES = { '': 22, '@2x': 44 };
const APP_SIZES = [16, 32, 48, 64, 128, 256, 512];

/**
 * Draws all icons from the one source.
 * @param {string} app folder for those that the app shows
 * @param {string} packages folder for those that a desktop shows of it, one a size
 */
export async function icons(app, packages) {
  await rm(packages, { recursive: true, force: true });
  await Promise.all([app, packages].map((folder) => mkdir(folder, { recursive: true })));
  const render = await renderer();
  for (const state of STATES) {
    for (const [theme, color] of Object.entries(THEMES)) {
      for (const [suffix, size] of Object.entries(TRAY_SIZES)) {
        const png = render(`tray-${state}`, size, color);
        await writeFile(join(app, `${state}-${theme}${suffix}.png`), png);
      }
    }
  }
  for (const size of APP_SIZES) {
    await writeFile(join(packages, `${size}x${size}.png`), render('app', size));
  }
  await writeFile(join(app, 'app.png'), render('app', 256));
}

/** Gives what draws one symbol of the source as a PNG of `size` pixels. */
async function renderer() {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const wasm = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm');
  await initWasm(await readFile(wasm));
  const defs = /<defs>[\s\S]*<\/defs>/.exec(await readFile(SOURCE, 'utf8'))?.[0];
  return (/** @type {string} */ symbol, /** @type {number} */ size, color = '#fff') => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22" color="${color}">${defs}<use href="#${symbol}"/></svg>`;
    return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng();
  };
}
