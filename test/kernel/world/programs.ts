import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What was built, as the runner says. */
function folder(variable: 'MOORING_BIN' | 'MOORING_TEST_BIN'): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} does not say where the programs are`);
  return path;
}

/** A program that plays a part of the world and that no package has. */
export const labProgram = () => join(folder('MOORING_TEST_BIN'), 'mooring-lab');

/**
 * One of Mooring's own programs, copied to where an ordinary user may read: a checkout below /root is closed to
 * others.
 */
export function program(name: 'mooring' | 'mooring-helper' | 'mooring-hub'): string {
  const dir = '/run/world/programs';
  const path = join(dir, name);
  if (existsSync(path)) return path;
  mkdirSync(dir, { recursive: true });
  copyFileSync(join(folder('MOORING_BIN'), name), path);
  return path;
}
