import { fail, type NamedError, ok, quote, type Result } from './result.ts';
import {
  ignoredFields,
  knownFields,
  nearest,
  type Section,
  sectionNames,
} from './wireguard-vocabulary.ts';

/** A named error of a WireGuard file: `line` counts from 1, 0 where no line is to blame. */
export type FileError = NamedError & {
  readonly line: number;
  readonly section?: Section;
  readonly suggestion?: string;
};

export type Entry = {
  readonly line: number;
  readonly section: Section;
  readonly field: string;
  readonly value: string;
};

/** A field that is accepted and not used, and why. */
export type Warning = { readonly line: number; readonly field: string; readonly message: string };

export type Lines = { readonly entries: readonly Entry[]; readonly warnings: readonly Warning[] };

/** The longest file that is read, in bytes; a text within it has no more characters. */
export const MAX_FILE_BYTES = 64 * 1024;

export const fileTooLarge: NamedError<'file-too-large'> = {
  name: 'file-too-large',
  message: 'this is too long for a WireGuard file, which has at most 64 KiB',
};

// A line that is not understood may be half of a private key, so only what looks like a word is quoted.
const WORD = /^[A-Za-z][A-Za-z _-]{0,24}$/;

/**
 * Splits a file into entries with canonical field names. Comments begin with # anywhere or ; at a line's
 * start, section and field names have no case. Errors: `file-too-large`, `bad-line`, `unknown-section`,
 * `duplicate-section`, `unknown-field`, `duplicate-field`, `empty-field`.
 */
export function readLines(text: string): Result<Lines, FileError> {
  if (text.length > MAX_FILE_BYTES) {
    return fail({ ...fileTooLarge, line: 0 });
  }
  const entries: Entry[] = [];
  const warnings: Warning[] = [];
  const seen = new Set<Section>();
  let section: Section | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const content = stripComment(raw);
    const line = index + 1;
    if (content === '') {
      continue;
    }
    if (content.startsWith('[')) {
      const opened = readSection(content, line, seen);
      if (!opened.ok) {
        return opened;
      }
      section = opened.value;
      seen.add(section);
      continue;
    }
    const entry = readEntry(content, line, section);
    if (!entry.ok) {
      return entry;
    }
    const problem = admit(entry.value, entries, warnings);
    if (problem !== undefined) {
      return fail(problem);
    }
  }
  return ok({ entries, warnings });
}

function stripComment(raw: string): string {
  const trimmed = raw.trim();
  return trimmed.startsWith(';') ? '' : (trimmed.split('#', 1)[0] ?? '').trim();
}

function readSection(
  content: string,
  line: number,
  seen: ReadonlySet<Section>,
): Result<Section, FileError> {
  const name = /^\[\s*(.*?)\s*\]$/.exec(content)?.[1];
  if (name === undefined) {
    return fail({ name: 'bad-line', message: 'a section is a name in brackets', line });
  }
  const section = sectionNames.find((known) => known.toLowerCase() === name.toLowerCase());
  if (section === undefined) {
    const message = `there is no such section, only ${sectionNames.map((s) => `[${s}]`).join(', ')}`;
    return fail({ name: 'unknown-section', message, line, ...hint(name, sectionNames) });
  }
  if (seen.has(section)) {
    const message =
      section === 'Peer' ? 'there is one hub, so one [Peer]' : `[${section}] is there twice`;
    return fail({ name: 'duplicate-section', message, line, section, quoted: section });
  }
  return ok(section);
}

function readEntry(
  content: string,
  line: number,
  section: Section | undefined,
): Result<Entry, FileError> {
  const equals = content.indexOf('=');
  if (equals < 1) {
    return fail({ name: 'bad-line', message: 'expected Field = Value', line, ...within(section) });
  }
  const name = content.slice(0, equals).trim();
  if (section === undefined) {
    return fail({ name: 'bad-line', message: 'a field stands before the first section', line });
  }
  const known = [...knownFields[section], ...Object.keys(ignoredFields[section])];
  const field = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (field === undefined) {
    const owners = sectionNames.filter((other) =>
      knownFields[other].some((f) => f.toLowerCase() === name.toLowerCase()),
    );
    const message =
      owners.length === 0
        ? 'there is no such field'
        : `this field belongs to ${owners.map((owner) => `[${owner}]`).join(' or ')}`;
    return fail({
      name: 'unknown-field',
      message,
      line,
      section,
      ...hint(name, knownFields[section]),
    });
  }
  return ok({ line, section, field, value: content.slice(equals + 1).trim() });
}

// wg-quick lets these be repeated, and so do we.
const REPEATABLE: readonly string[] = ['Address', 'AllowedIPs'];

function admit(entry: Entry, entries: Entry[], warnings: Warning[]): FileError | undefined {
  const { line, section, field, value } = entry;
  const reason = ignoredFields[section][field];
  if (reason !== undefined) {
    warnings.push({ line, field: `${section}.${field}`, message: reason });
    return undefined;
  }
  if (value === '') {
    return {
      name: 'empty-field',
      message: 'the field has no value',
      line,
      section,
      field: `${section}.${field}`,
    };
  }
  const earlier = entries.find((other) => other.section === section && other.field === field);
  if (earlier !== undefined && !REPEATABLE.includes(field)) {
    const message = `the field already stands in line ${earlier.line}`;
    return { name: 'duplicate-field', message, line, section, field: `${section}.${field}` };
  }
  entries.push(entry);
  return undefined;
}

function within(section: Section | undefined): { section?: Section } {
  return section === undefined ? {} : { section };
}

function hint(
  name: string,
  candidates: readonly string[],
): { quoted?: string; suggestion?: string } {
  if (!WORD.test(name)) {
    return {};
  }
  const suggestion = nearest(name, candidates);
  return { quoted: quote(name), ...(suggestion === undefined ? {} : { suggestion }) };
}
