import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type CommandLine,
  installedHelper,
  type RootProcedure,
} from '../src-engine/installation/installation.ts';
import { complain } from './complain.ts';
import type { Context, RootHelper } from './context.ts';
import { EXIT } from './exit-codes.ts';

export function rootHelper(platform: NodeJS.Platform): RootHelper {
  return {
    platform,
    uid: process.getuid?.() ?? 0,
    sudoUid: process.env.SUDO_UID,
    program: findProgram(realpathSync(process.argv[1] ?? '.'), installedHelper(platform)),
    run,
  };
}

/** Beside `mooring`, or in a package in the folder `bin` beside its own; else the installed one. */
function findProgram(mooring: string, installed: string): string | undefined {
  const folder = dirname(mooring);
  return [
    join(folder, 'mooring-helper'),
    join(folder, '..', 'bin', 'mooring-helper'),
    installed,
  ].find((path) => existsSync(path));
}

/** Runs what `procedure` makes of the helper's program as root, by sudo where we are not, and gives its exit code. */
export async function runAsRoot(
  context: Context,
  procedure: (platform: NodeJS.Platform, program: string) => RootProcedure,
): Promise<number> {
  const { platform, program } = context.rootHelper;
  if (program === undefined) {
    const message = 'there is no mooring-helper beside this program; npm run build makes both';
    return complain(context, { name: 'no-helper-program', message });
  }
  const { first, more, after, moreCounts } = procedure(platform, program);
  const code = await runOne(context, first);
  if (code !== after) {
    return code;
  }
  let last = code;
  for (const command of more) {
    context.stderr(`mooring: next, as root: ${command.map(shellWord).join(' ')}\n`);
    last = await runOne(context, command);
    if (last !== 0) {
      break;
    }
  }
  return moreCounts ? last : code;
}

async function runOne(context: Context, argv: CommandLine): Promise<number> {
  const { uid, run } = context.rootHelper;
  const code = await run(uid === 0 ? argv : ['sudo', '--', ...argv]);
  if (code !== undefined) {
    return code;
  }
  if (uid === 0) {
    return complain(context, { name: 'no-helper-program', message: `${argv[0]} cannot be run` });
  }
  context.stderr('mooring: there is no sudo here. Run this as root:\n');
  context.stderr(`  ${argv.map(shellWord).join(' ')}\n`);
  return EXIT.notAuthorised;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function run([command = '', ...args]: readonly string[]): Promise<number | undefined> {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code ?? EXIT.interrupted));
  });
}
