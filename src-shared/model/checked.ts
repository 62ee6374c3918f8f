import * as z from 'zod';
import { type NamedError, quote, type Result } from './result.ts';

/** A text that one of this folder's parsers accepts; the parser's named error travels in the issue's params. */
export function checked(parse: (text: string) => Result<unknown>): z.ZodString {
  return z.string().superRefine((text, context) => {
    const result = parse(text);
    if (!result.ok) {
      addNamedIssue(context, result.error, []);
    }
  });
}

/** Adds a named error to a refinement, at `path` below the refined value. */
export function addNamedIssue(
  context: z.RefinementCtx,
  error: NamedError,
  path: (string | number)[],
): void {
  const { name, message, quoted } = error;
  context.addIssue({ code: 'custom', message, path, params: { name, quoted } });
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * The one named error of a refused value, in the order that protocol/README.md gives: unknown field, missing
 * field, type, then the value. `input` is what was parsed. Nothing under a private or preshared key is quoted.
 */
export function namedErrorOf(error: z.ZodError, input: unknown): NamedError {
  const errors = error.issues.map((issue) => namedIssue(issue, input));
  const order = ['unknown-field', 'missing-field', 'bad-type'];
  const first = order
    .map((name) => errors.find((e) => e.name === name))
    .find((e) => e !== undefined);
  return first ?? errors[0] ?? { name: 'bad-type', message: 'refused' };
}

function namedIssue(issue: Issue, input: unknown): NamedError {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return located('unknown-field', 'there is no such field', [...issue.path, key], key);
  }
  const value = valueAt(input, issue.path);
  if (value === undefined && issue.code !== 'custom') {
    return located('missing-field', 'the field is missing', issue.path);
  }
  if (issue.code === 'custom' && typeof issue.params?.name === 'string') {
    return located(issue.params.name, issue.message, issue.path, issue.params.quoted);
  }
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const choices = issue.values.map((choice) => String(choice)).join(', ');
    return located('bad-choice', `expected one of ${choices}`, issue.path, value);
  }
  if (issue.code === 'too_big' && Array.isArray(value)) {
    return located('too-many-tunnels', `at most ${issue.maximum} are possible`, issue.path);
  }
  if ((issue.code === 'too_big' || issue.code === 'too_small') && Number.isSafeInteger(value)) {
    return located('bad-port', 'a port is a number from 0 to 65535', issue.path, String(value));
  }
  return located('bad-type', issue.message, issue.path, JSON.stringify(value));
}

function located(name: string, message: string, path: Path, quoted?: unknown): NamedError {
  const field = formatPath(path);
  const secret = path.includes('privateKey') || path.includes('presharedKey');
  return {
    name,
    message,
    ...(field === '' ? {} : { field }),
    ...(typeof quoted !== 'string' || quoted === '' || secret ? {} : { quoted: quote(quoted) }),
  };
}

function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    input,
  );
}
