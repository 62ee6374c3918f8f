import { ok, type Result, wrong } from './result.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** Checks a profile's name, which is also a file's name and a tunnel's. Errors: `bad-name`. */
export function checkProfileName(text: string): Result<string> {
  if (NAME.test(text)) {
    return ok(text);
  }
  return wrong(
    'bad-name',
    'a name is 1 to 32 of a-z, 0-9 and hyphens, with no hyphen first or last',
    text,
  );
}
