import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { messageOf } from '../../src-engine/helper-client/failure.ts';
import { importProfile } from '../../src-engine/profiles/import-profile.ts';
import { addressOf } from '../../src-shared/model/profile.ts';
import { fail, ok, type Result } from '../../src-shared/model/result.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export type ImportOptions = { readonly name: string; readonly replace: boolean };

/** Makes a profile of a WireGuard file, `-` being stdin; its private key goes to the helper. */
export async function profileImport(
  context: Context,
  file: string,
  { name, replace }: ImportOptions,
): Promise<number> {
  const read = await readText(context, file);
  if (!read.ok) {
    return complain(context, read.error);
  }
  const imported = await withHelper(context, (client) =>
    importProfile(client, context.store, { name, text: read.value, replace }),
  );
  if (!imported.ok) {
    return complain(context, imported.error);
  }
  const { profile, warnings } = imported.value;
  for (const { line, field, message } of warnings) {
    context.stderr(`mooring: line ${line}, ${field}: ${message}\n`);
  }
  const address = addressOf(profile) ?? 'an address that the first connect will tell';
  context.stderr(`${name} is imported: ${profile.mac} will have ${address}\n`);
  if (file !== '-') {
    context.stderr('  The private key is in the helper; the file still holds it too.\n');
  }
  return EXIT.ok;
}

async function readText({ stdin }: Context, file: string): Promise<Result<string>> {
  try {
    return ok(file === '-' ? await textOf(stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    return fail({ name: 'cannot-read', message: messageOf(error), quoted: file });
  }
}
