import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { type ElevationOptions, sudoElevation } from './elevation.ts';

type Exec = NonNullable<ElevationOptions['exec']>;

// Its folder must be there, since that is where sudo-prompt is started.
const helperPath = '/usr/bin/mooring-helper';

const failing =
  (error: { message: string; code?: number }, stderr = ''): Exec =>
  (_command, _options, ended) =>
    ended(Object.assign(new Error(error.message), { code: error.code }), '', stderr);

const install = (exec: Exec, path = helperPath) =>
  sudoElevation({ platform: 'linux', helperPath: path, uid: 1000, exec }).installHelper();
const denied = 'User did not grant permission.';

test('the command is constant but for the path and the number', async () => {
  const exec = vi.fn<Exec>((_command, _options, ended) => ended(undefined, '', ''));
  const elevation = sudoElevation({ platform: 'linux', helperPath, uid: 1000, exec });
  expect(await elevation.installHelper()).toEqual({ ok: true, value: undefined });
  expect(await elevation.uninstallHelper()).toEqual({ ok: true, value: undefined });
  expect(exec.mock.calls.map(([command, options]) => [command, options])).toEqual([
    ['/usr/bin/mooring-helper install --operator 1000', { name: 'Mooring' }],
    ['/usr/bin/mooring-helper uninstall', { name: 'Mooring' }],
  ]);
});

describe('macOS', () => {
  const helper = '/usr/bin/mooring-helper';
  const elevation = (exec: Exec) =>
    sudoElevation({ platform: 'darwin', helperPath, uid: 501, exec });

  test('launchd is told in the same command, so that the person is asked once', async () => {
    const exec = vi.fn<Exec>((_command, _options, ended) => ended(undefined, '', ''));
    await elevation(exec).installHelper();
    await elevation(exec).uninstallHelper();
    const install = `${helper} install --operator 501`;
    const tell = '/bin/launchctl bootstrap system /Library/LaunchDaemons/dev.mooring.helper.plist';
    expect(exec.mock.calls.map(([command]) => command)).toEqual([
      `${install}; code=$?; if [ $code -eq 7 ]; then ${tell} && ${install}; code=$?; fi; exit $code`,
      `${helper} uninstall; code=$?; if [ $code -eq 0 ]; then /bin/launchctl bootout system/dev.mooring.helper; fi; exit $code`,
    ]);
  });

  // The command runs in a real shell, where the programs are functions that say how they were called.
  test.each([
    { what: 'install', helperCodes: [0], launchctl: 0, ran: ['helper'], code: 0 },
    { what: 'install', helperCodes: [4], launchctl: 0, ran: ['helper'], code: 4 },
    {
      what: 'install',
      helperCodes: [7, 0],
      launchctl: 0,
      ran: ['helper', 'launchctl', 'helper'],
      code: 0,
    },
    {
      what: 'install',
      helperCodes: [7, 7],
      launchctl: 0,
      ran: ['helper', 'launchctl', 'helper'],
      code: 7,
    },
    { what: 'install', helperCodes: [7], launchctl: 5, ran: ['helper', 'launchctl'], code: 5 },
    { what: 'uninstall', helperCodes: [0], launchctl: 3, ran: ['helper', 'launchctl'], code: 0 },
    { what: 'uninstall', helperCodes: [1], launchctl: 0, ran: ['helper'], code: 1 },
  ] as const)('$what, helper $helperCodes, launchctl $launchctl: $code', async (given) => {
    const [first, second] = given.helperCodes;
    const functions = `
      times=0
      call_helper() { echo helper; times=$((times + 1)); [ $times = 1 ] && return ${first}; return ${second ?? 99}; }
      call_launchctl() { echo launchctl; return ${given.launchctl}; }`;
    let result: { ran: string[]; code: number | null } | undefined;
    const exec: Exec = (command, _options, ended) => {
      const script = command
        .replaceAll(`${helper} `, 'call_helper ')
        .replaceAll('/bin/launchctl', 'call_launchctl');
      const { stdout, status } = spawnSync('sh', ['-c', `${functions}\n${script}`], {
        encoding: 'utf8',
      });
      result = { ran: stdout.trim().split('\n'), code: status };
      ended(undefined, '', '');
    };
    await (given.what === 'install'
      ? elevation(exec).installHelper()
      : elevation(exec).uninstallHelper());
    expect(result).toEqual({ ran: given.ran, code: given.code });
  });

  test('what the helper said is found in the error', async () => {
    const exec: Exec = (command, _options, ended) => {
      const message = `Command failed: ${command}\nmooring-helper: unsafe-path: must be a folder\n`;
      ended(Object.assign(new Error(message), { code: 1 }));
    };
    expect(await elevation(exec).installHelper()).toMatchObject({
      error: { message: 'The helper says: unsafe-path: must be a folder' },
    });
  });
});

test.each([
  'mooring-helper',
  './mooring-helper',
  '/opt/My App/mooring-helper',
  '/opt/$(reboot)/mooring-helper',
  '/opt/`reboot`/mooring-helper',
  '/opt/a"b/mooring-helper',
  "/opt/a'b/mooring-helper",
  '/opt/a\\b/mooring-helper',
  '/opt/a;reboot/mooring-helper',
  '/opt/a&b/mooring-helper',
  '/opt/a\nreboot/mooring-helper',
  '/opt/../mooring-helper',
  '/opt/é/mooring-helper',
  '/opt//mooring-helper',
  '/opt/mooring-helper/',
  '/opt/mooring-helper\n',
  '',
])('a path that a shell could read otherwise is refused: %j', async (path) => {
  const exec = vi.fn<Exec>();
  const result = await install(exec, path);
  expect(result).toMatchObject({ ok: false, error: { name: 'bad-helper-path' } });
  expect(exec).not.toHaveBeenCalled();
  if (!result.ok && path !== '') {
    expect(result.error.quoted).toBe(path);
  }
});

test.each([
  '/opt/Mooring/resources/bin/mooring-helper',
  '/usr/lib/mooring-0.1.0+b_1@x/mooring-helper',
])('a plain one passes: %s', async (path) => {
  const exec = vi.fn<Exec>();
  // The folder is not here, so sudo-prompt is not reached; what is said is not about the path's letters.
  const result = await install(exec, path);
  expect(result).toMatchObject({ ok: false, error: { name: 'elevation-failed' } });
});

describe('failures', () => {
  test.each([
    [{ message: denied, code: 126 }, '', 'elevation-denied'],
    [
      { message: denied, code: 127 },
      'Error executing command as another user: Not authorized',
      'elevation-denied',
    ],
    [{ message: 'No polkit authentication agent found.', code: 127 }, '', 'no-agent'],
    [{ message: 'Unable to find pkexec or kdesudo.' }, '', 'no-polkit'],
    [{ message: denied, code: 127 }, 'Error getting authority: Could not connect', 'no-polkit'],
    [{ message: denied, code: 127 }, 'pkexec must be setuid root', 'no-polkit'],
  ])('%j %s: %s, with the command for a terminal', async (error, stderr, name) => {
    const result = await install(failing(error, stderr));
    expect(result).toMatchObject({ ok: false, error: { name } });
    const message = result.ok ? '' : result.error.message;
    expect(message).toContain('sudo /usr/bin/mooring-helper install --operator 1000');
  });

  test('no systemd: what the helper says to do instead', async () => {
    const stderr = 'mooring-helper: no-service-manager: there is no systemd\n  Have the system …\n';
    const result = await install(failing({ message: 'Command failed', code: 7 }, stderr));
    const message = 'there is no systemd\n  Have the system …';
    expect(result).toEqual({ ok: false, error: { name: 'no-service-manager', message } });
  });

  test("else the helper's own last words", async () => {
    const stderr = 'time=… level=WARN msg=…\nmooring-helper: unsafe-path: must be a folder\n';
    const result = await install(failing({ message: 'Command failed', code: 1 }, stderr));
    const message = 'The helper says: unsafe-path: must be a folder';
    expect(result).toEqual({ ok: false, error: { name: 'elevation-failed', message } });
  });

  test('a throw is a failure too', async () => {
    const result = await install(() => {
      throw new Error('Platform not yet supported.');
    });
    expect(result).toMatchObject({
      error: { message: 'The helper did not run: Platform not yet supported.' },
    });
  });
});
