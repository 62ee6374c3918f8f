import { fail, type NamedError, ok, type Result } from './result.ts';

// The 43rd digit carries four bits, so only sixteen of the 64 digits are canonical there.
const KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * Checks canonical base64 of 32 bytes. The error `bad-key` quotes nothing, because the text may be a private
 * key; callers that know it is public add the quote.
 */
export function checkKey(text: string): Result<string, NamedError<'bad-key'>> {
  if (KEY.test(text)) {
    return ok(text);
  }
  return fail({ name: 'bad-key', message: 'a key is canonical base64 of 32 bytes, 44 characters' });
}
