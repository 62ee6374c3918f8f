import type { NamedError } from '../src-shared/model/result.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { printable, quoted } from './printable.ts';

type Complaint = NamedError & { readonly line?: number; readonly suggestion?: string };

/** Says a named error and what can be done about it on stderr; gives the exit code. */
export function complain(context: Context, error: Complaint): number {
  context.stderr(`mooring: ${describe(error)}\n`);
  for (const line of advice(context, error)) {
    context.stderr(`  ${line}\n`);
  }
  return exitCodeOf(error.name);
}

/** `bad-mac: line 10, Mooring.MAC: a multicast MAC … (got "01:…")` */
function describe({ name, message, field, line, quoted: text }: Complaint): string {
  const place = [line ? `line ${line}` : undefined, field].filter((part) => part !== undefined);
  const where = place.length > 0 ? `${place.join(', ')}: ` : '';
  return `${name}: ${where}${printable(message)}${text === undefined ? '' : ` (got ${quoted(text)})`}`;
}

function advice({ helper }: Context, { name, suggestion }: Complaint): readonly string[] {
  switch (name) {
    case 'helper-missing':
      return [
        'From a package:   sudo systemctl enable --now mooring-helper',
        `From a checkout:  npm run build && sudo dist/bin/mooring-helper --socket ${helper.socketPath} --state-dir /var/lib/mooring`,
      ];
    case 'not-authorised':
      return [
        'Only root and the operators of this machine may do this.',
        `Root makes you one by a line ${process.getuid?.()}, your uid, in the helper's operators file.`,
      ];
    case 'untrusted-helper':
      return [
        "The helper runs as root and so its socket and folder are root's; whoever made this one is not it.",
      ];
    case 'key-missing':
      return ['Import the profile again, with --replace: mooring profile import --help'];
    case 'foreign-tunnel':
      return ['mooring down --all takes down every tunnel of this machine.'];
    default:
      return suggestion === undefined ? [] : [`Did you mean ${suggestion}?`];
  }
}
