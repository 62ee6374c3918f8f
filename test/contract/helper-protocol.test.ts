import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { HELPER_ERROR_NAMES } from '../../src-shared/helper-protocol/errors.ts';
import * as replies from '../../src-shared/helper-protocol/replies.ts';
import * as requests from '../../src-shared/helper-protocol/requests.ts';
import * as statuses from '../../src-shared/helper-protocol/status.ts';
import { namedErrorOf } from '../../src-shared/model/checked.ts';

type Fixture = {
  readonly file: string;
  readonly about: string;
  readonly def: string;
  readonly value: unknown;
  readonly error?: { readonly name: string; readonly field?: string; readonly quoted?: string };
  readonly schema?: false;
  readonly side?: 'client';
};

/** The TypeScript side of each message, by its name in the schema. */
const SIDES: Record<string, z.ZodType> = {
  hello: replies.hello,
  statusParams: requests.emptyParams,
  subscribeParams: requests.emptyParams,
  subscribeResult: replies.subscribeResult,
  status: statuses.status,
  changed: statuses.changed,
  setParams: requests.setParams,
  setResult: replies.setResult,
  probeParams: requests.probeParams,
  probeResult: statuses.reachability,
  statsParams: requests.emptyParams,
  stats: replies.stats,
  keysPutParams: requests.keysPutParams,
  keysPutResult: replies.publicKey,
  keysListParams: requests.emptyParams,
  keysListResult: replies.keysListResult,
  keysDeleteParams: requests.keysDeleteParams,
  keysDeleteResult: replies.keysDeleteResult,
  errorData: replies.errorData,
};

const protocol = new URL('../../protocol/', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('helper.schema.json', protocol), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
// The default export of a CommonJS package is its module object under some loaders.
(addFormats as unknown as { default: typeof addFormats.default }).default(ajv);
ajv.addSchema(schema);

function fixtures(kind: 'valid' | 'invalid'): Fixture[] {
  const folder = new URL(`fixtures/${kind}/`, protocol);
  return readdirSync(folder).map((file) => ({
    file,
    ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  }));
}

function acceptedBySchema(fixture: Fixture): boolean {
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${fixture.def}`);
  if (validate === undefined) {
    throw new Error(`${fixture.file}: the schema has no ${fixture.def}`);
  }
  return validate(fixture.value) === true;
}

function sideOf(fixture: Fixture): z.ZodType {
  const side = SIDES[fixture.def];
  if (side === undefined) {
    throw new Error(`${fixture.file}: there is no TypeScript side of ${fixture.def}`);
  }
  return side;
}

describe('valid fixtures', () => {
  test.each(fixtures('valid'))('$file', (fixture) => {
    expect(acceptedBySchema(fixture)).toBe(true);
    expect(JSON.parse(JSON.stringify(sideOf(fixture).parse(fixture.value)))).toEqual(fixture.value);
  });

  test('there is one for every message', () => {
    const covered = new Set(fixtures('valid').map((fixture) => fixture.def));
    expect([...covered].sort()).toEqual(Object.keys(SIDES).sort());
  });
});

describe('invalid fixtures', () => {
  test.each(fixtures('invalid'))('$file', (fixture) => {
    expect(acceptedBySchema(fixture)).toBe(fixture.schema === false);
    const parsed = sideOf(fixture).safeParse(fixture.value);
    expect(parsed.success).toBe(false);
    if (fixture.side !== 'client' && parsed.error !== undefined) {
      const { message, ...error } = namedErrorOf(parsed.error, fixture.value);
      expect(error).toEqual(fixture.error);
      expect(message).not.toBe('');
    }
  });

  test('those that a helper decodes say which error they are', () => {
    for (const fixture of fixtures('invalid')) {
      expect([fixture.file, fixture.error === undefined]).toEqual([
        fixture.file,
        fixture.side === 'client',
      ]);
    }
  });
});

test('every message of the schema has a TypeScript side', () => {
  const shared = [
    'empty',
    'name',
    'key',
    'mac',
    'prefix',
    'ipv4',
    'ipv4WithMask',
    'endpoint',
    'time',
    'count',
  ];
  const parts = ['tunnelStatus', 'reachability', 'reading', 'tunnel', 'publicKey'];
  const messages = Object.keys(schema.$defs).filter(
    (name) => ![...shared, ...parts].includes(name),
  );
  expect(messages.sort()).toEqual(Object.keys(SIDES).sort());
});

test('the error names of the schema, of TypeScript and of Go are the same', () => {
  const go = ['proto/errors.go', 'strictjson/error.go'].flatMap((file) => {
    const url = new URL(`../../helpers/internal/${file}`, import.meta.url);
    return [...readFileSync(url, 'utf8').matchAll(/ErrorName += "([a-z-]+)"/g)].map(
      (match) => match[1],
    );
  });
  expect(schema.$defs.errorData.properties.name.enum).toEqual([...HELPER_ERROR_NAMES]);
  expect(go.sort()).toEqual([...HELPER_ERROR_NAMES].sort());
});
