import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ignoredFields, knownFields } from '../src-shared/model/wireguard-vocabulary.ts';
import { EXIT } from './exit-codes.ts';

const text = readFileSync(new URL('../docs/cli.md', import.meta.url), 'utf8');

const commands = readdirSync(new URL('commands', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, '').replace('-', ' '),
);
const fields = [...Object.values(knownFields), ...Object.values(ignoredFields).map(Object.keys)];

test.each([...commands, 'version'])('docs/cli.md has mooring %s, with an example', (command) => {
  const section = text.split(/^### /m).find((part) => part.startsWith(`\`mooring ${command}`));
  expect(section).toContain(`$ mooring ${command}`);
});

test.each(fields.flat())('docs/cli.md has the field %s', (field) => {
  expect(text).toMatch(new RegExp(`^\\|.*\`${field}\``, 'm'));
});

test.each(Object.entries(EXIT))('docs/cli.md has the exit code of %s, %i', (_name, code) => {
  expect(text).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
});
