// @ts-check
import { readdirSync } from 'node:fs';

/**
 * The tests of a folder by name, `first` before all others: where it fails, no other says anything.
 * @param {string} folder @param {string} [first]
 */
export function testNames(folder, first) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const rank = (/** @type {string} */ name) => (name === first ? 0 : 1);
  return names
    .map((name) => name.replace(/\.test\.ts$/, ''))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
