/** Where `mooring-helper install` puts the copy that only root can replace. */
export const INSTALLED_HELPER = '/usr/local/libexec/mooring/mooring-helper';

/** The exit code of `mooring-helper install` that has a meaning of its own; --help names all of them. */
export const INSTALLED_BUT_NO_SYSTEMD = 7;

/** Arguments of the helper's program that make a user an operator of the installed helper. */
export function installArguments(uid: number): readonly string[] {
  if (!Number.isSafeInteger(uid) || uid < 0) {
    throw new RangeError(`${uid} is no user id`);
  }
  return ['install', '--operator', String(uid)];
}

export const UNINSTALL_ARGUMENTS: readonly string[] = ['uninstall'];
