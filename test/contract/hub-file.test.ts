import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';

type Fixture = {
  readonly file: string;
  readonly value: unknown;
  readonly error?: { readonly name: string; readonly field?: string; readonly quoted?: string };
  readonly schema?: false;
};

const protocol = new URL('../../protocol/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, protocol), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
// The default export of a CommonJS package is its module object under some loaders.
(addFormats as unknown as { default: typeof addFormats.default }).default(ajv);
ajv.addSchema(read('helper.schema.json'));
const accepts = ajv.compile(read('hub.schema.json'));

const fixtures = (kind: 'valid' | 'invalid'): Fixture[] =>
  readdirSync(new URL(`fixtures/hub/${kind}/`, protocol)).map((file) => ({
    file,
    ...read(`fixtures/hub/${kind}/${file}`),
  }));

describe('valid fixtures', () => {
  test.each(fixtures('valid'))('$file', (fixture) => {
    expect(accepts(fixture.value)).toBe(true);
  });
});

describe('invalid fixtures', () => {
  test.each(fixtures('invalid'))('$file', (fixture) => {
    expect(accepts(fixture.value)).toBe(fixture.schema === false);
  });
});

test('every error that the hub names has a fixture, and no fixture has another', () => {
  const names = (path: string) =>
    [
      ...readFileSync(new URL(`../helpers/internal/${path}`, protocol), 'utf8').matchAll(
        /ErrorName += "([a-z-]+)"/g,
      ),
    ].map((match) => match[1]);
  const go = [...names('strictjson/error.go'), ...names('hub/config/parse.go')];
  const shown = new Set(fixtures('invalid').map((fixture) => fixture.error?.name));
  expect([...shown, 'bad-message'].sort()).toEqual(go.sort());
});
