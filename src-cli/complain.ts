import type { NamedError } from '../src-shared/model/result.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { printable, quoted } from './printable.ts';

const OPERATORS = '/etc/mooring/operators';

type Complaint = NamedError & { readonly line?: number; readonly suggestion?: string };

/** Says a named error and what can be done about it on stderr; gives the exit code. */
export function complain(context: Context, error: Complaint): number {
  context.stderr(`mooring: ${describe(error)}\n`);
  for (const line of advice(error)) {
    context.stderr(`  ${line}\n`);
  }
  return exitCodeOf(error.name);
}

/** `bad-mac: line 10, Mooring.MAC: a multicast MAC … (got "01:…")` */
function describe({ name, message, field, line, quoted: text }: Complaint): string {
  const place = [line ? `line ${line}` : undefined, field].filter((part) => part !== undefined);
  const where = place.length > 0 ? `${place.join(', ')}: ` : '';
  // There the helper quotes the protocol's method, which nobody has typed.
  const got = text === undefined || name === 'not-authorised' ? '' : ` (got ${quoted(text)})`;
  return `${name}: ${where}${printable(message)}${got}`;
}

function advice({ name, field, suggestion }: Complaint): readonly string[] {
  switch (name) {
    case 'helper-missing':
      return ['mooring helper install has the system run it from now on.'];
    case 'not-authorised':
      return [
        'Only root and the operators of this machine may do this.',
        `mooring helper install makes you one: a line ${process.getuid?.()}, your user id, in ${OPERATORS}`,
      ];
    case 'untrusted-helper':
      return [
        "The helper runs as root and so its socket and folder are root's; whoever made this one is not it.",
      ];
    case 'key-missing':
      return [
        field === 'Mooring.PublicKey'
          ? 'mooring key new makes a key in the helper and prints its public half.'
          : 'Import the profile again, with --replace: mooring profile import --help',
      ];
    case 'profile-exists':
      return ['--replace writes over it.'];
    case 'not-a-file':
      return ['To read from a pipe, give - as the file: … | mooring profile import --name home -'];
    case 'engine-missing':
      return [
        "The kernels of Debian and Ubuntu have WireGuard and GRETAP; a container has its host's.",
        'The userspace engine needs neither, but /dev/net/tun.',
      ];
    case 'foreign-tunnel':
      return ['mooring down --all takes down every tunnel of this machine.'];
    default:
      return suggestion === undefined ? [] : [`Did you mean ${suggestion}?`];
  }
}
