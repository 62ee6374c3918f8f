import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { MockOptions } from '../src-engine/mock-helper/mock-helper.ts';
import { unanswered, verifiedPart } from '../src-engine/mock-helper/mock-status.ts';
import { EXAMPLE_FILE, EXAMPLE_PRIVATE, EXAMPLE_PUBLIC } from '../src-engine/testing/examples.ts';
import type { TunnelStatus } from '../src-shared/helper-protocol/status.ts';
import { bundled, fake } from './testing/harness.ts';

const ADDRESS = '2001:db8::10ab:34ff:fecd:56ef';
const UNLEARNED = EXAMPLE_FILE.replace(/^Prefix .*\n/m, '');

const built = await bundled();

const stuck = (change: Partial<TunnelStatus>): MockOptions => ({ script: () => [change] });
const fault = (cause: 'no-answer' | 'duplicate-identity' | 'key-missing') =>
  stuck({ step: 'verify', fault: { cause, detail: 'Because of the test.' } });

describe('up', () => {
  test('says each step on stderr and only the address on stdout', async () => {
    const helper = await fake();
    const cli = await built.user(helper);
    const { code, stdout, stderr } = await cli.run(helper, ['up', 'home']);
    expect([code, stdout]).toEqual([0, `${ADDRESS}\n`]);
    const words = stderr
      .trim()
      .split('\n')
      .map((line) => /^ *[0-9.]+ s {2}(\S+)/.exec(line)?.[1]);
    expect(words).toEqual(['key', 'resolve', 'link', 'tap', 'address', 'verify', 'verified']);
    expect(stderr).toContain('WireGuard to 1.2.3.4:23450');
    expect(helper.desired.map(({ name }) => name)).toEqual(['home']);
  });

  test('without a name: the only profile; several are listed', async () => {
    const helper = await fake();
    const cli = await built.user(helper);
    expect((await cli.run(helper, ['up'])).stdout).toBe(`${ADDRESS}\n`);
    const file = await cli.file('wg.conf', EXAMPLE_FILE);
    expect((await cli.run(helper, ['profile', 'import', '--name', 'lab', file])).code).toBe(0);
    const { code, stdout, stderr } = await cli.run(helper, ['up']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('home, lab');
  });

  test('a second profile joins the first, and again is no change', async () => {
    const helper = await fake();
    const cli = await built.user(helper, ['home', 'lab']);
    await cli.run(helper, ['up', 'home']);
    await cli.run(helper, ['up', 'lab']);
    expect((await cli.run(helper, ['up', 'lab'])).code).toBe(0);
    expect(helper.desired.map(({ name }) => name)).toEqual(['home', 'lab']);
  });

  test('a learned prefix is kept', async () => {
    const helper = await fake();
    const cli = await built.user(helper, ['home'], UNLEARNED);
    expect((await cli.run(undefined, ['address', 'home'])).code).toBe(3);
    expect((await cli.run(helper, ['address', 'home'])).code).toBe(5);
    expect((await cli.run(helper, ['up', 'home'])).stdout).toBe(`${ADDRESS}\n`);
    expect(await cli.run(undefined, ['address'])).toMatchObject({
      code: 0,
      stdout: `${ADDRESS}\n`,
    });
  });

  test('no internet behind the hub is said and is no failure', async () => {
    const reachability = { ...verifiedPart.reachability, internet: unanswered };
    const helper = await fake(stuck({ ...verifiedPart, reachability } as Partial<TunnelStatus>));
    const cli = await built.user(helper);
    const { code, stdout, stderr } = await cli.run(helper, ['up']);
    expect([code, stdout]).toEqual([0, `${ADDRESS}\n`]);
    expect(stderr).toMatch(/ s {2}degraded {2}no internet behind the hub\n/);
    expect(stderr).toContain('home is up, but degraded: no internet behind the hub');
  });

  test('not verified in time: the reason, and what goes on', async () => {
    const helper = await fake(fault('no-answer'));
    const cli = await built.user(helper);
    const { code, stdout, stderr } = await cli.run(helper, ['up', '--timeout', '0.3']);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain('waiting, no-answer: Because of the test.');
    expect(stderr).toContain('mooring down home');
    expect(helper.desired).toHaveLength(1);
  });

  test.each([
    ['duplicate-identity', 6],
    ['key-missing', 5],
  ] as const)('%s ends at once', async (cause, expected) => {
    const helper = await fake(fault(cause));
    const cli = await built.user(helper);
    const { code, stdout, stderr } = await cli.run(helper, ['up', '--timeout', '60']);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(cause);
  });

  test('Ctrl-C ends the waiting only', async () => {
    const helper = await fake({ script: () => [{ step: 'link' }] });
    const cli = await built.user(helper);
    const { child, ended } = cli.start(helper, ['up', '--timeout', '60']);
    if (child.stderr !== null) {
      await once(child.stderr, 'data');
    }
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain('goes on in the background');
    expect(helper.desired).toHaveLength(1);
  });

  test.each([
    [['up', 'nowhere'], 'no-such-profile'],
    [['up', '../home'], 'bad-name'],
    [['up', '--timeout', 'soon'], 'expected seconds'],
    [['up', '--fast'], 'unknown option'],
    [['up', 'home', 'lab'], 'too many arguments'],
    [['upp'], 'Did you mean up?'],
    [[], 'Usage: mooring'],
  ])('usage: %j', async (args, said) => {
    const helper = await fake();
    const cli = await built.user(helper);
    const { code, stdout, stderr } = await cli.run(helper, args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(helper.desired).toEqual([]);
  });
});

describe('down', () => {
  test('the only one, a named one, all of them', async () => {
    const helper = await fake();
    const cli = await built.user(helper, ['home', 'lab']);
    expect(await cli.run(helper, ['down'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing was up\n',
    });
    expect((await cli.run(helper, ['down', 'home'])).stderr).toBe('home was not up\n');
    await cli.run(helper, ['up', 'home']);
    expect((await cli.run(helper, ['down'])).stderr).toBe('home is down\n');
    await cli.run(helper, ['up', 'home']);
    await cli.run(helper, ['up', 'lab']);
    const { code, stderr } = await cli.run(helper, ['down']);
    expect([code, stderr.includes('home, lab')]).toEqual([2, true]);
    expect((await cli.run(helper, ['down', 'lab'])).code).toBe(0);
    expect(helper.desired.map(({ name }) => name)).toEqual(['home']);
    expect((await cli.run(helper, ['down', '--all'])).code).toBe(0);
    expect(helper.desired).toEqual([]);
    expect((await cli.run(helper, ['down', 'nowhere'])).code).toBe(2);
    expect((await cli.run(helper, ['down', 'home', '--all'])).code).toBe(2);
  });

  test("another user's tunnel is not dropped unless all are", async () => {
    const helper = await fake();
    const first = await built.user(helper, ['home']);
    await first.run(helper, ['up']);
    const second = await built.user(helper, ['lab']);
    const { code, stderr } = await second.run(helper, ['up']);
    expect([code, stderr.includes('foreign-tunnel')]).toEqual([2, true]);
    expect(helper.desired.map(({ name }) => name)).toEqual(['home']);
  });
});

describe('key', () => {
  test('new: stored before it is told', async () => {
    const helper = await fake();
    const { code, stdout, stderr } = await built.run(helper, ['key', 'new']);
    expect([code, stderr]).toEqual([0, '']);
    expect([...helper.keys.keys()]).toEqual([stdout.trim()]);
    expect(stdout).not.toContain([...helper.keys.values()][0]);
    const reader = await built.run(await fake({ access: 'read' }), ['key', 'new']);
    expect(reader).toMatchObject({ code: 4, stdout: '' });
    expect(reader.stderr).toContain(
      `a line ${process.getuid?.()}, your user id, in /etc/mooring/operators`,
    );
  });

  test('public: from stdin', async () => {
    const good = await built.run(undefined, ['key', 'public'], `${EXAMPLE_PRIVATE}\n`);
    expect(good).toEqual({ code: 0, stdout: `${EXAMPLE_PUBLIC}\n`, stderr: '' });
    const bad = await built.run(undefined, ['key', 'public'], 'hunter2');
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).not.toContain('hunter2');
  });
});

describe('the helper', () => {
  test.each([[['up', 'home']], [['down']], [['status']], [['key', 'new']]])(
    'missing: %j',
    async (args) => {
      const helper = await fake();
      const cli = await built.user(helper);
      await helper.stop();
      const { code, stderr } = await cli.run(helper, args);
      expect(code).toBe(3);
      expect(stderr).toContain('helper-missing');
      expect(stderr).toContain('mooring helper install');
    },
  );

  test.each([
    [{ hello: { protocol: 9 } }, 'helper-version', 3],
    [{ access: 'read' }, 'not-authorised', 4],
    [{ refuse: { set: 'engine-missing' } }, 'engine-missing', 1],
  ] as const)('%j', async (options, name, code) => {
    const good = await fake();
    const cli = await built.user(good);
    const ended = await cli.run(await fake(options), ['up']);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(name);
  });
});

test('version and help are answers', async () => {
  expect(await built.run(undefined, ['version'])).toEqual({
    code: 0,
    stdout: 'mooring 1.2.3\n',
    stderr: '',
  });
  expect(await built.run(undefined, ['--version'])).toMatchObject({
    code: 0,
    stdout: 'mooring 1.2.3\n',
  });
  const help = await built.run(undefined, ['up', '--help']);
  expect([help.code, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('--timeout');
});
