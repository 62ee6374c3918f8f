import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { helperSocketPath } from '../src-engine/helper-client/socket-path.ts';
import { ProfileStore, profilesFolder } from '../src-engine/profiles/profile-store.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { rootHelper } from './root-helper.ts';

export type ProgramOptions = {
  readonly version: string;
  /** Who must own the helper's socket; root unless a test says otherwise. */
  readonly socketOwner?: number;
};

/** Runs one command line and gives its exit code. Commands are loaded when they are called. */
export async function run(argv: readonly string[], options: ProgramOptions): Promise<number> {
  const context = contextOf(options);
  let code: number = EXIT.ok;
  const program = describeCommands(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    throw error;
  }
}

function contextOf({ version, socketOwner = 0 }: ProgramOptions): Context {
  return {
    version,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    helper: { socketPath: helperSocketPath(process.env, process.platform), socketOwner },
    store: new ProfileStore(profilesFolder(process.env)),
    rootHelper: rootHelper(process.platform),
  };
}

function describeCommands(context: Context, done: (code: number) => void): Command {
  const program = new Command('mooring')
    .description('Keeps this laptop at one public IPv6 address wherever it roams.')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'mooring: ')),
    })
    .version(`mooring ${context.version}`, '--version')
    .showHelpAfterError('(mooring --help says more)');

  program
    .command('up [profile]')
    .description('connect, and wait until traffic is verified; prints the stable address')
    .option('--timeout <seconds>', 'how long to wait', seconds, 30)
    .action(async (profile: string | undefined, { timeout }: { timeout: number }) => {
      const { up } = await import('./commands/up.ts');
      done(await up(context, profile, { timeoutSeconds: timeout }));
    });

  program
    .command('down [profile]')
    .description('disconnect; leaves this machine as it was')
    .option('--all', "every tunnel of this machine, also other users'", false)
    .action(async (profile: string | undefined, options: { all: boolean }) => {
      const { down } = await import('./commands/down.ts');
      done(await down(context, profile, options));
    });

  program
    .command('status')
    .description('what every profile is doing')
    .option('--json', 'as JSON', false)
    .option('--watch', 'go on, a line at every change', false)
    .action(async (options: { json: boolean; watch: boolean }) => {
      const { status } = await import('./commands/status.ts');
      done(await status(context, options));
    });

  program
    .command('address [profile]')
    .description('the stable address, alone on a line')
    .action(async (profile: string | undefined) => {
      const { address } = await import('./commands/address.ts');
      done(await address(context, profile));
    });

  describeProfile(program, context, done);
  describeKey(program, context, done);
  describeHelper(program, context, done);

  program
    .command('version')
    .description("this program's version")
    .action(() => {
      context.stdout(`mooring ${context.version}\n`);
      done(EXIT.ok);
    });
  return program;
}

function describeProfile(program: Command, context: Context, done: (code: number) => void): void {
  const profile = program.command('profile').description('import, list, show and remove profiles');

  profile
    .command('import <file>')
    .description(
      'make a profile of a WireGuard file (- is stdin); its private key goes to the helper',
    )
    .requiredOption('--name <name>', 'name of the profile')
    .option('--replace', 'write over a profile of this name', false)
    .action(async (file: string, options: { name: string; replace: boolean }) => {
      const { profileImport } = await import('./commands/profile-import.ts');
      done(await profileImport(context, file, options));
    });

  profile
    .command('list')
    .description('one profile a line: name, endpoint, address')
    .option('--json', 'as JSON', false)
    .action(async (options: { json: boolean }) => {
      const { profileList } = await import('./commands/profile-list.ts');
      done(await profileList(context, options));
    });

  profile
    .command('show [profile]')
    .description('everything that a profile says')
    .option('--json', 'as JSON', false)
    .action(async (name: string | undefined, options: { json: boolean }) => {
      const { profileShow } = await import('./commands/profile-show.ts');
      done(await profileShow(context, name, options));
    });

  profile
    .command('remove <profile>')
    .description('remove a profile that is not up, and its private key')
    .action(async (name: string) => {
      const { profileRemove } = await import('./commands/profile-remove.ts');
      done(await profileRemove(context, name));
    });
}

function describeKey(program: Command, context: Context, done: (code: number) => void): void {
  const key = program.command('key').description('make and convert keys');

  key
    .command('new')
    .description('make a key pair; keeps the private key in the helper, prints the public one')
    .action(async () => {
      const { keyNew } = await import('./commands/key-new.ts');
      done(await keyNew(context));
    });

  key
    .command('public')
    .description('the public key of the private key on stdin')
    .action(async () => {
      const { keyPublic } = await import('./commands/key-public.ts');
      done(await keyPublic(context));
    });
}

function describeHelper(program: Command, context: Context, done: (code: number) => void): void {
  const helper = program.command('helper').description('install the helper, remove it, look at it');

  helper
    .command('install')
    .description('have the system run the helper from now on; asks for your password by sudo')
    .option('--operator <uid>', 'who may bring tunnels up and down; you, when left out')
    .action(async ({ operator }: { operator?: string }) => {
      const { helperInstall } = await import('./commands/helper-install.ts');
      done(await helperInstall(context, { operator }));
    });

  helper
    .command('uninstall')
    .description('take all tunnels down and remove the helper; the private keys stay')
    .action(async () => {
      const { helperUninstall } = await import('./commands/helper-uninstall.ts');
      done(await helperUninstall(context));
    });

  helper
    .command('status')
    .description('whether the helper is installed and runs, and what you may do')
    .option('--json', 'as JSON', false)
    .action(async (options: { json: boolean }) => {
      const { helperStatus } = await import('./commands/helper-status.ts');
      done(await helperStatus(context, options));
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || value <= 0 || value > 86_400) {
    throw new InvalidArgumentError('expected seconds, above 0 and up to a day');
  }
  return value;
}
