import { ResponseError } from 'vscode-jsonrpc/node';
import type * as z from 'zod';
import {
  errorData,
  type Hello,
  hello,
  PROTOCOL_VERSION,
} from '../../src-shared/helper-protocol/replies.ts';
import { ok, type Result } from '../../src-shared/model/result.ts';
import { failure, type HelperFailure, messageOf } from './failure.ts';

/** Reads the greeting; the version is looked at first, because another version may greet otherwise. */
export function readHello(params: unknown): Result<Hello, HelperFailure> {
  const protocol = (params as { readonly protocol?: unknown } | null)?.protocol;
  if (typeof protocol === 'number' && protocol !== PROTOCOL_VERSION) {
    const message = `the helper speaks protocol ${protocol}, this program ${PROTOCOL_VERSION}: install the same version of both`;
    return failure('helper-version', message);
  }
  return readAnswer('hello', params, hello);
}

export function readAnswer<T>(
  method: string,
  value: unknown,
  schema: z.ZodType<T>,
): Result<T, HelperFailure> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return ok(parsed.data);
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'all of it';
  return failure('bad-answer', `the helper's answer to ${method} is malformed at ${where}`);
}

/** A JSON-RPC error as the helper's named error; anything else is a bad answer. */
export function readError(error: unknown): HelperFailure {
  const data = error instanceof ResponseError ? errorData.safeParse(error.data) : undefined;
  if (data?.success !== true) {
    return { name: 'bad-answer', message: messageOf(error) };
  }
  const { name, field, quoted } = data.data;
  return {
    name,
    message: messageOf(error),
    ...(field === undefined ? {} : { field }),
    ...(quoted === undefined ? {} : { quoted }),
  };
}
