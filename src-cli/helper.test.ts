import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { installedHelper } from '../src-engine/installation/installation.ts';
import { ProfileStore } from '../src-engine/profiles/profile-store.ts';
import { helperInstall } from './commands/helper-install.ts';
import { helperUninstall } from './commands/helper-uninstall.ts';
import type { Context, RootHelper } from './context.ts';
import { rootHelper } from './root-helper.ts';
import { bundled, fake } from './testing/harness.ts';

const INSTALLED_HELPER = installedHelper(process.platform);
const built = await bundled();
const PROGRAM = '/srv/a checkout/dist/bin/mooring-helper';

/** A machine on which programs are only written down. */
function machine(facts: Partial<RootHelper> = {}, ...endings: readonly number[]) {
  const ran: (readonly string[])[] = [];
  let said = '';
  const context: Context = {
    version: '1.2.3',
    stdout: (text) => {
      said += text;
    },
    stderr: (text) => {
      said += text;
    },
    stdin: process.stdin,
    helper: { socketPath: '/nowhere' },
    store: new ProfileStore('/nowhere'),
    rootHelper: {
      platform: 'linux',
      uid: 1000,
      sudoUid: undefined,
      program: PROGRAM,
      run: async (argv) => {
        ran.push(argv);
        return endings[ran.length - 1] ?? 0;
      },
      ...facts,
    },
  };
  const install = (operator?: string) => helperInstall(context, { operator });
  return { context, ran, install, said: () => said };
}

describe('install', () => {
  test.each([
    ['an ordinary user becomes operator, by sudo', {}, undefined, ['sudo', '--'], '1000'],
    ['or names another', {}, '1001', ['sudo', '--'], '1001'],
    ['under sudo it is who called it', { uid: 0, sudoUid: '1002' }, undefined, [], '1002'],
    ['root names one', { uid: 0 }, '1003', [], '1003'],
    ['root alone', { uid: 0 }, '0', [], '0'],
  ])('%s', async (_what, facts, operator, before, uid) => {
    const { ran, install, said } = machine(facts);
    expect(await install(operator)).toBe(0);
    expect(ran).toEqual([[...before, PROGRAM, 'install', '--operator', uid]]);
    expect(said()).toBe('');
  });

  test.each([['root'], ['-1'], ['1000; reboot'], ['01000'], [''], ['99999999999']])(
    'no user id: %j',
    async (operator) => {
      const { ran, install, said } = machine();
      expect(await install(operator)).toBe(2);
      expect(ran).toEqual([]);
      expect(said()).toContain(`bad-operator`);
      expect(said()).toContain(JSON.stringify(operator));
    },
  );

  test('root has to say who', async () => {
    const { ran, install, said } = machine({ uid: 0 });
    expect([await install(), ran]).toEqual([2, []]);
    expect(said()).toContain('--operator 1000');
  });

  test.each([[1], [2], [4], [7]])("the helper's exit code %i is ours", async (code) => {
    expect(await machine({}, code).install()).toBe(code);
  });

  test('without sudo the command for root', async () => {
    const { context, install, said } = machine({
      run: async () => undefined,
    });
    expect(await install()).toBe(4);
    expect(said()).toContain(`\n  '${PROGRAM}' install --operator 1000\n`);
    expect(await helperUninstall(context)).toBe(4);
    expect(said()).toContain(`\n  '${PROGRAM}' uninstall\n`);
  });

  test('without a program', async () => {
    const { install, said } = machine({ program: undefined });
    expect(await install()).toBe(1);
    expect(said()).toContain('no-helper-program');
  });
});

test('uninstall', async () => {
  const { context, ran, said } = machine();
  expect(await helperUninstall(context)).toBe(0);
  expect([ran, said()]).toEqual([[['sudo', '--', PROGRAM, 'uninstall']], '']);
});

describe('macOS', () => {
  const darwin = { platform: 'darwin' } as const;
  const sudo = (...argv: string[]) => ['sudo', '--', ...argv];
  const INSTALL = sudo(PROGRAM, 'install', '--operator', '1000');
  const PLIST = '/Library/LaunchDaemons/dev.mooring.helper.plist';
  const BOOTSTRAP = sudo('/bin/launchctl', 'bootstrap', 'system', PLIST);

  test.each([
    ['the helper came up', [0], [INSTALL], 0],
    ['it was refused', [2], [INSTALL], 2],
    ['launchd is told, and the helper came up', [7, 0, 0], [INSTALL, BOOTSTRAP, INSTALL], 0],
    ['launchd is told, and it did not', [7, 0, 1], [INSTALL, BOOTSTRAP, INSTALL], 1],
    ['launchd refuses', [7, 5], [INSTALL, BOOTSTRAP], 5],
  ])('install: %s', async (_what, endings, expected, code) => {
    const { install, ran, said } = machine(darwin, ...endings);
    expect(await install()).toBe(code);
    expect(ran).toEqual(expected);
    expect(said().includes(`as root: /bin/launchctl bootstrap system ${PLIST}\n`)).toBe(
      expected.includes(BOOTSTRAP),
    );
  });

  test.each([
    ['launchd forgets it', [0, 0], 0],
    ['launchd never knew it', [0, 3], 0],
    ['what is not removed stays known', [1], 1],
  ])('uninstall: %s', async (_what, endings, code) => {
    const { context, ran } = machine(darwin, ...endings);
    expect(await helperUninstall(context)).toBe(code);
    const bootout = sudo('/bin/launchctl', 'bootout', 'system/dev.mooring.helper');
    expect(ran).toEqual([sudo(PROGRAM, 'uninstall'), bootout].slice(0, endings.length));
  });
});

test('a program is run and its exit code given; a missing one is none', async () => {
  const { run } = rootHelper('linux');
  expect(await run(['sh', '-c', 'exit 7'])).toBe(7);
  expect(await run(['/nowhere/mooring-helper'])).toBeUndefined();
});

describe('status', () => {
  const installed = existsSync(INSTALLED_HELPER);

  test('of a helper that runs', async () => {
    const engines = [
      { kind: 'kernel', lacks: ['gretap'] },
      { kind: 'userspace', lacks: [] },
    ] as const;
    const hello = { protocol: 1, version: '0.9.0', access: 'read', engines };
    const helper = await fake({ hello });
    const { code, stdout, stderr } = await built.run(helper, ['helper', 'status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      `installed  ${installed ? INSTALLED_HELPER : 'no'}`,
      'running    version 0.9.0',
      `socket     ${helper.socketPath}`,
      'access     read only',
      'engines    kernel (this machine lacks gretap); userspace',
      '',
    ]);
    const json = await built.run(helper, ['helper', 'status', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      version: '1.2.3',
      installed,
      running: true,
      helperVersion: '0.9.0',
      socket: helper.socketPath,
      access: 'read',
      engines,
      reason: null,
    });
  });

  test('of none', async () => {
    const { code, stdout, stderr } = await built.run(undefined, ['helper', 'status']);
    expect(code).toBe(3);
    expect(stdout).toContain('running    no, helper-missing\n');
    expect(stderr).toContain('mooring helper install');
    const json = await built.run(undefined, ['helper', 'status', '--json']);
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      3,
      { running: false, access: null, engines: null, reason: { name: 'helper-missing' } },
    ]);
  });
});
