import { fail, type NamedError, ok, type Result, wrong } from './result.ts';

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

/** Checks a key that is public, so its error `bad-key` quotes it. */
export function checkPublicKey(text: string): Result<string, NamedError<'bad-key'>> {
  const result = checkKey(text);
  return result.ok ? result : wrong(result.error.name, result.error.message, text);
}

/** Checks that the hub has another key than we. Errors: `bad-key`. */
export function checkHubKey(hub: string, ours: string): Result<string, NamedError<'bad-key'>> {
  return hub === ours
    ? wrong('bad-key', "the hub's key is our own, so the kernel would ignore the peer", hub)
    : ok(hub);
}
