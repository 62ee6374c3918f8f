import type { HelperErrorName } from '../../src-shared/helper-protocol/errors.ts';
import { fail, type NamedError } from '../../src-shared/model/result.ts';

/** What can go wrong on our side of the socket. */
export type ClientErrorName =
  | 'helper-missing'
  | 'untrusted-helper'
  | 'helper-version'
  | 'helper-gone'
  | 'helper-timeout'
  | 'bad-answer';

/** A refused request or an unusable helper, as a value. Names are the protocol's or the client's. */
export type HelperFailure = NamedError<HelperErrorName | ClientErrorName>;

export function failure(
  name: HelperFailure['name'],
  message: string,
): { readonly ok: false; readonly error: HelperFailure } {
  return fail({ name, message });
}

/** The errno word of a system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
