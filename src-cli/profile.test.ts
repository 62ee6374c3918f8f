import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  EXAMPLE_FILE,
  EXAMPLE_HELD,
  EXAMPLE_PRIVATE,
  EXAMPLE_PUBLIC,
  exampleProfile,
} from '../src-engine/testing/examples.ts';
import { bundled, fake } from './testing/harness.ts';

const ADDRESS = '2001:db8::10ab:34ff:fecd:56ef';

const built = await bundled();

describe('profile', () => {
  test('the private key is nowhere but in the helper', async () => {
    const helper = await fake();
    const cli = await built.user(helper);
    expect(helper.keys.get(EXAMPLE_PUBLIC)).toBe(EXAMPLE_PRIVATE);
    const said = await Promise.all([
      cli.run(helper, ['profile', 'show']),
      cli.run(helper, ['profile', 'show', '--json']),
      cli.run(helper, ['profile', 'list', '--json']),
      cli.run(helper, ['status', '--json']),
    ]);
    const stored = await readFile(join(cli.profiles, 'home.json'), 'utf8');
    expect(JSON.stringify([said, stored])).not.toContain(EXAMPLE_PRIVATE);
    expect(JSON.parse(said[1]?.stdout ?? '')).toEqual(exampleProfile());
  });

  test('list, show, remove', async () => {
    const helper = await fake();
    const cli = await built.user(helper);
    const list = await cli.run(undefined, ['profile', 'list']);
    expect(list).toEqual({ code: 0, stdout: `home  1.2.3.4:23450  ${ADDRESS}\n`, stderr: '' });
    expect((await cli.run(undefined, ['profile', 'show', 'home'])).stdout).toContain(ADDRESS);
    await cli.run(helper, ['up']);
    expect((await cli.run(helper, ['profile', 'remove', 'home'])).stderr).toContain('profile-up');
    await cli.run(helper, ['down']);
    expect((await cli.run(helper, ['profile', 'remove', 'home'])).code).toBe(0);
    expect(helper.keys.size).toBe(0);
    expect(await readdir(cli.profiles)).toEqual([]);
  });

  test('from stdin; over another only when asked', async () => {
    const helper = await fake();
    const cli = await built.user(helper);
    const order = ['profile', 'import', '--name', 'home', '-'];
    expect((await cli.run(helper, order, EXAMPLE_FILE)).stderr).toContain('profile-exists');
    expect((await cli.run(helper, [...order, '--replace'], EXAMPLE_FILE)).code).toBe(0);
  });

  test('bad input is named with its line and quoted, and a key is not', async () => {
    const helper = await fake();
    const cli = await built.fresh();
    const order = ['profile', 'import', '--name', 'home', '-'];
    const mac = await cli.run(helper, order, EXAMPLE_FILE.replace('12:ab', '01:ab'));
    expect(mac).toMatchObject({ code: 2, stdout: '' });
    expect(mac.stderr).toContain('bad-mac: line 10, Mooring.MAC: ');
    expect(mac.stderr).toContain('(got "01:ab:34:cd:56:ef")');
    const key = await cli.run(helper, order, EXAMPLE_FILE.replace('yAnz', '????'));
    expect(key.stderr).toContain('bad-key: line 2, Interface.PrivateKey: ');
    expect(key.stderr).not.toContain('TF+lXXJte');
    const section = await cli.run(helper, order, EXAMPLE_FILE.replace('[Mooring]', '[Moring]'));
    expect(section.stderr).toContain('Did you mean Mooring?');
    const hostile = await cli.run(helper, order, EXAMPLE_FILE.replace('1.2.3.4:', '\u001b[2J:'));
    expect(hostile.stderr).not.toContain('\u001b');
    expect((await cli.run(helper, ['profile', 'import', 'x.conf'])).stderr).toContain('--name');
    expect(
      (await cli.run(helper, ['profile', 'import', '--name', 'a', '/nowhere'])).stderr,
    ).toContain('ENOENT');
    expect(helper.requests).toEqual([]);
    expect(await readdir(cli.folder)).toEqual([]);
  });

  test('a key of the helper is used; one it does not hold is quoted', async () => {
    const helper = await fake();
    const cli = await built.fresh();
    const made = await cli.run(helper, ['key', 'new']);
    const held = EXAMPLE_HELD.replace(EXAMPLE_PUBLIC, made.stdout.trim());
    const order = ['profile', 'import', '--name'];
    const file = await cli.file('wg.conf', held);
    const good = await cli.run(helper, [...order, 'home', file]);
    expect([good.code, good.stderr.includes('the file still holds it')]).toEqual([0, false]);
    expect((await cli.run(helper, ['up'])).stdout).toBe(`${ADDRESS}\n`);
    const bad = await cli.run(helper, [...order, 'lab', '-'], EXAMPLE_HELD);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('key-missing: Mooring.PublicKey: ');
    expect(bad.stderr).toContain(`(got "${EXAMPLE_PUBLIC}")`);
    expect(bad.stderr).toContain('mooring key new');
    expect([...helper.keys.keys()]).toEqual([made.stdout.trim()]);
  });

  test.each([['/dev/zero'], ['/']])('what is no file is not read: %s', async (path) => {
    const ended = await built.run(undefined, ['profile', 'import', '--name', 'home', path]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`(got "${path}")`);
  });

  test.each([
    ['a file', ['profile', 'import', '--name', 'home', '-']],
    ['a key', ['key', 'public']],
  ])('stdin without end is given up: %s', async (_about, args) => {
    const { child, ended } = built.start(undefined, args, null);
    const chunk = Buffer.alloc(4096, 'x');
    const more = () => void child.stdin?.write(chunk, (error) => error ?? more());
    more();
    const { code, stderr } = await ended;
    expect([code, stderr.includes('file-too-large')]).toEqual([2, true]);
  });

  test('a damaged profile is named and stays', async () => {
    const helper = await fake();
    const cli = await built.user(helper, ['home', 'lab']);
    const path = join(cli.profiles, 'lab.json');
    await writeFile(path, '{');
    expect((await cli.run(helper, ['up', 'home'])).code).toBe(0);
    const list = await cli.run(helper, ['profile', 'list']);
    expect([list.code, list.stderr.includes('lab.json')]).toEqual([0, true]);
    expect((await cli.run(helper, ['up', 'lab'])).code).toBe(2);
    expect((await cli.run(helper, ['profile', 'remove', 'lab'])).code).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('{');
  });
});
