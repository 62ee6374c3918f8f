import { INSTALLED_BUT_NOT_STARTED } from '../src-engine/installation/installation.ts';

/** The exit codes of `mooring`; scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** The system refused something, or a mistake of ours. */
  trouble: 1,
  /** Wrong usage or bad input. */
  usage: 2,
  /** No helper that can be used: missing, not root's, or of another version. */
  helperMissing: 3,
  notAuthorised: 4,
  /** Not verified in time, or failed; also: the address is not known yet. */
  notVerified: 5,
  /** Another device has this identity. */
  identityInUse: 6,
  /** The helper is installed, but nothing starts it: there is no systemd, or launchd was not told. */
  notStarted: INSTALLED_BUT_NOT_STARTED,
  /** Ctrl-C, as shells count signals. */
  interrupted: 130,
} as const;

const UNUSABLE_HELPER = [
  'helper-missing',
  'untrusted-helper',
  'helper-version',
  'helper-gone',
  'helper-timeout',
  'bad-answer',
];
const TROUBLE = [
  'profile-io',
  'internal',
  'engine-missing',
  'no-helper-program',
  'bad-frame',
  'bad-message',
];

/** The exit code of a named error; what has none of its own is bad input. */
export function exitCodeOf(name: string): number {
  if (UNUSABLE_HELPER.includes(name)) {
    return EXIT.helperMissing;
  }
  if (name === 'not-authorised') {
    return EXIT.notAuthorised;
  }
  return TROUBLE.includes(name) ? EXIT.trouble : EXIT.usage;
}
