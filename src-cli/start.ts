import { messageOf } from '../src-engine/helper-client/failure.ts';
import { EXIT } from './exit-codes.ts';
import { type ProgramOptions, run } from './program.ts';

// Set by the build; missing when the sources are run as they are.
declare const __MOORING_VERSION__: string | undefined;

/** Runs this process as `mooring`. */
export async function start(options: Omit<ProgramOptions, 'version'> = {}): Promise<void> {
  // Whoever reads our output may have seen enough: mooring status --watch | head -1
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.trouble);
  });
  const version = typeof __MOORING_VERSION__ === 'string' ? __MOORING_VERSION__ : '0.0.0-source';
  try {
    process.exitCode = await run(process.argv.slice(2), { version, ...options });
  } catch (error) {
    process.stderr.write(`mooring: unexpected: ${messageOf(error)}\n`);
    process.exitCode = EXIT.trouble;
  }
}
