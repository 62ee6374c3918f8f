import { importProfile } from '../../src-engine/profiles/import-profile.ts';
import { readNamedFile, readToEnd } from '../../src-engine/profiles/read-input.ts';
import { addressOf } from '../../src-shared/model/profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export type ImportOptions = { readonly name: string; readonly replace: boolean };

/** Makes a profile of a WireGuard file, `-` being stdin; a private key in it goes to the helper. */
export async function profileImport(
  context: Context,
  file: string,
  { name, replace }: ImportOptions,
): Promise<number> {
  if (file === '-' && context.stdin.isTTY) {
    context.stderr('The file, then Ctrl-D:\n');
  }
  const read = await (file === '-' ? readToEnd(context.stdin) : readNamedFile(file));
  if (!read.ok) {
    return complain(context, read.error);
  }
  const imported = await withHelper(context, (client) =>
    importProfile(client, context.store, { name, text: read.value, replace }),
  );
  if (!imported.ok) {
    return complain(context, imported.error);
  }
  const { profile, warnings, key } = imported.value;
  for (const { line, field, message } of warnings) {
    context.stderr(`mooring: line ${line}, ${field}: ${message}\n`);
  }
  const address = addressOf(profile) ?? 'an address that the first connect will tell';
  context.stderr(`${name} is imported: ${profile.mac} will have ${address}\n`);
  if (file !== '-' && key === 'in-file') {
    context.stderr('  The private key is in the helper; the file still holds it too.\n');
  }
  return EXIT.ok;
}
