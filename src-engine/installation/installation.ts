/** Where `mooring-helper install` puts the copy that only root can replace. */
export function installedHelper(platform: NodeJS.Platform): string {
  return platform === 'darwin'
    ? '/Library/Mooring/libexec/mooring-helper'
    : '/usr/local/libexec/mooring/mooring-helper';
}

/** The exit code of `mooring-helper install` that has a meaning of its own; --help names all of them. */
export const INSTALLED_BUT_NOT_STARTED = 7;

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** What is to be run as root, as far as it is needed. */
export type RootProcedure = {
  readonly first: CommandLine;
  /** Run in this order where `first` ended with the code `after`, until one fails. */
  readonly more: readonly CommandLine[];
  readonly after: number;
  /** Whether the last code of `more` is the procedure's; otherwise it is always that of `first`. */
  readonly moreCounts: boolean;
};

// launchd reads a new description, and forgets one, only when its own program tells it to; the helper runs no programs.
const LAUNCHCTL = '/bin/launchctl';
const JOB = 'dev.mooring.helper';
const TELL_LAUNCHD: CommandLine = [
  LAUNCHCTL,
  'bootstrap',
  'system',
  `/Library/LaunchDaemons/${JOB}.plist`,
];
const HAVE_LAUNCHD_FORGET: CommandLine = [LAUNCHCTL, 'bootout', `system/${JOB}`];

/** Installs the helper whose program is given; the user of this id becomes an operator. */
export function installation(
  platform: NodeJS.Platform,
  program: string,
  uid: number,
): RootProcedure {
  if (!Number.isSafeInteger(uid) || uid < 0) {
    throw new RangeError(`${uid} is no user id`);
  }
  const first: CommandLine = [program, 'install', '--operator', String(uid)];
  return {
    first,
    // Once more at the end, because it waits for the helper's greeting.
    more: platform === 'darwin' ? [TELL_LAUNCHD, first] : [],
    after: INSTALLED_BUT_NOT_STARTED,
    moreCounts: true,
  };
}

/** Removes the helper. That launchd knew nothing of it is no failure. */
export function uninstallation(platform: NodeJS.Platform, program: string): RootProcedure {
  return {
    first: [program, 'uninstall'],
    more: platform === 'darwin' ? [HAVE_LAUNCHD_FORGET] : [],
    after: 0,
    moreCounts: false,
  };
}
