import { describe, expect, test } from 'vitest';
import {
  EXAMPLE_FILE,
  EXAMPLE_PRIVATE,
  EXAMPLE_PUBLIC,
} from '../../src-engine/testing/examples.ts';
import { ImportDraft } from './import-draft.ts';

const preshared = 'qAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';

describe('secrets', () => {
  test('a private and a preshared key are hidden, public ones are not', () => {
    const draft = new ImportDraft();
    const text = EXAMPLE_FILE.replace('[Peer]\n', `[Peer]\npresharedkey=${preshared} # of both\n`);
    const checked = draft.check(text, []);
    expect(checked.text).toContain('PrivateKey = (hidden key 1)\n');
    expect(checked.text).toContain('presharedkey=(hidden key 2) # of both\n');
    expect(JSON.stringify(checked)).not.toContain(EXAMPLE_PRIVATE.slice(0, 10));
    expect(JSON.stringify(checked)).not.toContain(preshared.slice(0, 10));
    expect(checked.text).toContain('PublicKey = V');
    expect(draft.reveal(checked.text)).toBe(text);
  });

  test('what is hidden stays known while the rest is edited', () => {
    const draft = new ImportDraft();
    const { text } = draft.check(EXAMPLE_FILE, []);
    const edited = draft.check(text.replace('1.2.3.4', 'hub.example'), []);
    expect(edited.outcome).toMatchObject({ ok: true, hub: 'hub.example:23450' });
    // The same key pasted again is the same word.
    expect(draft.check(EXAMPLE_FILE, []).text).toBe(text);
  });

  test('a key behind a misspelled field is hidden too', () => {
    const draft = new ImportDraft();
    const checked = draft.check(EXAMPLE_FILE.replace('PrivateKey', 'PrivatKey'), []);
    expect(checked.text).toContain('PrivatKey = (hidden key 1)');
    expect(checked.outcome).toMatchObject({
      ok: false,
      error: { name: 'unknown-field', line: 2, suggestion: 'PrivateKey' },
    });
  });

  test('a word that hides nothing is a bad key, and after discard all are', () => {
    const draft = new ImportDraft();
    const { text } = draft.check(EXAMPLE_FILE, []);
    draft.discard();
    const checked = draft.check(text, []);
    expect(checked.outcome).toMatchObject({ ok: false, error: { name: 'bad-key', line: 2 } });
  });
});

describe('what is said of a good file', () => {
  test('the address that it will have', () => {
    expect(new ImportDraft().check(EXAMPLE_FILE, []).outcome).toEqual({
      ok: true,
      mac: '12:ab:34:cd:56:ef',
      prefix: '2001:db8::/64',
      address: '2001:db8::10ab:34ff:fecd:56ef',
      hub: '1.2.3.4:23450',
    });
  });

  test('no address without a prefix or a MAC', () => {
    const file = EXAMPLE_FILE.replace(/^Prefix.*\n/m, '');
    expect(new ImportDraft().check(file, []).outcome).toMatchObject({ ok: true, address: null });
    const bare = file.replace(/^MAC.*\n/m, '');
    expect(new ImportDraft().check(bare, []).outcome).toMatchObject({ mac: null, address: null });
  });

  test.each([
    [undefined, '1.2.3.4:23450', [], 'home'],
    [undefined, 'hub.example:23450', [], 'hub'],
    [undefined, 'hub.example:23450', ['hub', 'hub-2'], 'hub-3'],
    ['My Laptop.conf', 'hub.example:23450', [], 'my-laptop'],
    ['.conf', '[2001:db8::1]:23450', ['home'], 'home-2'],
    [`${'long-'.repeat(20)}.conf`, '1.2.3.4:1', [], 'long-long-long-long-long-lon'],
  ])('file %s of %s, with %j taken, may be called %s', (file, endpoint, taken, name) => {
    const draft = new ImportDraft();
    if (file !== undefined) {
      draft.from(file);
    }
    const text = EXAMPLE_FILE.replace('1.2.3.4:23450', endpoint);
    expect(draft.check(text, taken).suggestedName).toBe(name);
  });
});

test('the key of the documentation is in no error either', () => {
  const draft = new ImportDraft();
  const checked = draft.check(`PrivateKey = ${EXAMPLE_PRIVATE}\n`, []);
  expect(checked.outcome.ok).toBe(false);
  expect(JSON.stringify(checked)).not.toContain(EXAMPLE_PRIVATE);
  expect(JSON.stringify(draft.check(EXAMPLE_FILE, []))).not.toContain(EXAMPLE_PUBLIC);
});
