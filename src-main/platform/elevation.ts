import { dirname } from 'node:path';
import { exec as sudoPrompt } from 'sudo-prompt';
import {
  INSTALLED_BUT_NOT_STARTED,
  installation,
  type RootProcedure,
  uninstallation,
} from '../../src-engine/installation/installation.ts';
import { fail, type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';

/** Why the helper was not installed or removed; the message is for the person and says what to do. */
export type ElevationError = NamedError<
  | 'elevation-denied'
  | 'no-agent'
  | 'no-polkit'
  | 'bad-helper-path'
  | 'no-service-manager'
  | 'elevation-failed'
>;

/** Runs `mooring-helper install|uninstall`, and what belongs to it, as root after asking the person once. */
export type Elevation = {
  installHelper(): Promise<Result<void, ElevationError>>;
  uninstallHelper(): Promise<Result<void, ElevationError>>;
};

type Ended = (error?: Error, stdout?: string | Buffer, stderr?: string | Buffer) => void;

export type ElevationOptions = {
  readonly platform: NodeJS.Platform;
  /** The helper's program, absolute. */
  readonly helperPath: string;
  /** The user who becomes an operator. */
  readonly uid: number;
  /** sudo-prompt's, unless a test says otherwise. */
  readonly exec?: (command: string, options: { name: string }, ended: Ended) => void;
};

// sudo-prompt hands the command through two shells and escapes double quotes only: none of these means anything to
// a shell, and neither a space nor `..` is among what a path may have.
const PLAIN_PATH = /^(?:\/(?!\.\.(?:\/|$))[A-Za-z0-9._+@-]+)+$/;

export function sudoElevation(options: ElevationOptions): Elevation {
  const { platform, helperPath, uid, exec = sudoPrompt } = options;
  const asRoot = async (procedure: RootProcedure): Promise<Result<void, ElevationError>> => {
    if (!PLAIN_PATH.test(helperPath)) {
      const message =
        'Mooring lies in a folder whose name cannot be passed on safely. Move it to one of plain letters and digits.';
      return wrong('bad-helper-path', message, helperPath);
    }
    const { error, stderr } = await ended(exec, shellText(procedure), dirname(helperPath));
    return error === undefined
      ? ok(undefined)
      : fail(explain(error, stderr, procedure.first.join(' ')));
  };
  return {
    installHelper: () => asRoot(installation(platform, helperPath, uid)),
    uninstallHelper: () => asRoot(uninstallation(platform, helperPath)),
  };
}

/** The whole procedure for a shell, so that the person is asked once. All its words are plain. */
function shellText({ first, more, after, moreCounts }: RootProcedure): string {
  const command = first.join(' ');
  if (more.length === 0) {
    return command;
  }
  const rest = more.map((words) => words.join(' ')).join(' && ');
  const then = moreCounts ? `${rest}; code=$?` : rest;
  return `${command}; code=$?; if [ $code -eq ${after} ]; then ${then}; fi; exit $code`;
}

type Outcome = {
  readonly error: (Error & { code?: unknown }) | undefined;
  readonly stderr: string;
};

/**
 * sudo-prompt puts the working directory into its shell command too, and asks for it late, so from here on the
 * process stands in a folder of a plain name.
 */
function ended(
  exec: NonNullable<ElevationOptions['exec']>,
  command: string,
  folder: string,
): Promise<Outcome> {
  return new Promise((resolve) => {
    try {
      process.chdir(folder);
      exec(command, { name: 'Mooring' }, (error, _stdout, stderr) => {
        // On macOS what the command said comes in the error's text alone, behind the command.
        const said = stderr ?? error?.message.split(`Command failed: ${command}\n`)[1] ?? '';
        resolve({ error: error ?? undefined, stderr: String(said) });
      });
    } catch (error) {
      resolve({ error: error as Error, stderr: '' });
    }
  });
}

function explain(
  { message, code }: NonNullable<Outcome['error']>,
  stderr: string,
  command: string,
): ElevationError {
  const inTerminal = `This does the same in a terminal: sudo ${command}`;
  // sudo-prompt tells its own errors by their text alone.
  if (message === 'No polkit authentication agent found.') {
    const cause = 'Nothing on this desktop can ask for a password (no polkit agent).';
    return { name: 'no-agent', message: `${cause} ${inTerminal}` };
  }
  if (
    message.startsWith('Unable to find pkexec') ||
    /Error getting authority|must be setuid root/.test(stderr)
  ) {
    return { name: 'no-polkit', message: `polkit is missing or does not run. ${inTerminal}` };
  }
  if (message === 'User did not grant permission.') {
    const cause = 'You did not agree, or the password was wrong, so nothing was changed.';
    return { name: 'elevation-denied', message: `${cause} Try again. ${inTerminal}` };
  }
  const words = lastWords(stderr);
  if (words === '') {
    return { name: 'elevation-failed', message: `The helper did not run: ${message}` };
  }
  return code === INSTALLED_BUT_NOT_STARTED
    ? { name: 'no-service-manager', message: words.replace(/^no-service-manager: /, '') }
    : { name: 'elevation-failed', message: `The helper says: ${words}` };
}

/** The end of what the helper said, without the log's own lines. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('time='));
  return lines
    .slice(-4)
    .join('\n')
    .replace(/^mooring-helper: /, '')
    .slice(0, 1000);
}
