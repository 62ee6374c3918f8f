// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './exec.mjs';
import { inRoot } from './paths.mjs';
import { step } from './progress.mjs';

/** All fuzz tests of the Go code: those are of what strangers can send. */
function targets() {
  const go = inRoot('helpers');
  const files = readdirSync(go, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('_test.go'))
    .flatMap((file) => {
      const text = readFileSync(join(go, file), 'utf8');
      const names = [...text.matchAll(/^func (Fuzz\w+)\(/gm)].map(([, name = '']) => name);
      return names.map((name) => ({ name, folder: `./${dirname(file)}` }));
    });
}

/**
 * Fuzzes each with a number of inputs. A find is left in the package's testdata, where it fails every later test until
 * it is mended. A number and no time: up to Go 1.26 a run that ends by time may fail with "context deadline exceeded"
 * though nothing was found (golang/go#75804).
 * @param {number} inputs
 */
export async function fuzz(inputs) {
  const all = targets();
  if (all.length === 0) throw new Error('there is nothing to fuzz');
  for (const { name, folder } of all)
    await step(`Fuzzing ${name}`, () =>
      // Without the last, Go spends most of them on making inputs short that are of no interest.
      run(
        'go',
        [
          ...['test', '-run=^$', `-fuzz=^${name}$`, `-fuzztime=${inputs}x`],
          ...['-fuzzminimizetime=10x', folder],
        ],
        { cwd: inRoot('helpers'), timeoutMs: 180_000 },
      ),
    );
  return all.length;
}
