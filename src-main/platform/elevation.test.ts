import { describe, expect, test, vi } from 'vitest';
import { type ElevationOptions, sudoElevation } from './elevation.ts';

type Exec = NonNullable<ElevationOptions['exec']>;

// Its folder must be there, since that is where sudo-prompt is started.
const helperPath = '/usr/bin/mooring-helper';

const failing =
  (error: { message: string; code?: number }, stderr = ''): Exec =>
  (_command, _options, ended) =>
    ended(Object.assign(new Error(error.message), { code: error.code }), '', stderr);

const install = (exec: Exec) => sudoElevation({ helperPath, uid: 1000, exec }).installHelper();
const denied = 'User did not grant permission.';

test('the command is constant but for the path and the number', async () => {
  const exec = vi.fn<Exec>((_command, _options, ended) => ended(undefined, '', ''));
  const elevation = sudoElevation({ helperPath, uid: 1000, exec });
  expect(await elevation.installHelper()).toEqual({ ok: true, value: undefined });
  expect(await elevation.uninstallHelper()).toEqual({ ok: true, value: undefined });
  expect(exec.mock.calls.map(([command, options]) => [command, options])).toEqual([
    ['/usr/bin/mooring-helper install --operator 1000', { name: 'Mooring' }],
    ['/usr/bin/mooring-helper uninstall', { name: 'Mooring' }],
  ]);
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
  const result = await sudoElevation({ helperPath: path, uid: 1000, exec }).installHelper();
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
  const result = await sudoElevation({ helperPath: path, uid: 1000, exec }).installHelper();
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
