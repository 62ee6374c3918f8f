import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockHelper, type MockOptions } from '../mock-helper/mock-helper.ts';
import { exampleTunnel } from '../testing/examples.ts';
import { HelperClient } from './helper-client.ts';
import { helperSocketPath } from './socket-path.ts';

const socketOwner = process.getuid?.() ?? 0;

async function fake(options?: MockOptions): Promise<MockHelper> {
  const helper = await MockHelper.listen(options);
  onTestFinished(() => helper.close());
  return helper;
}

function clientOf(socketPath: string, timeoutMs = 2000): HelperClient {
  const client = new HelperClient({ socketPath, socketOwner, timeoutMs });
  onTestFinished(() => client.dispose());
  return client;
}

async function started(
  options?: MockOptions,
): Promise<{ client: HelperClient; helper: MockHelper }> {
  const helper = await fake(options);
  const client = clientOf(helper.socketPath);
  expect((await client.start()).ok).toBe(true);
  return { client, helper };
}

/** A server that answers every connection with `bytes`. */
async function rawServer(bytes: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'raw-helper-'));
  const path = join(folder, 'helper.sock');
  const server = createServer((socket) => void socket.on('error', () => undefined).write(bytes));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.close();
    return rm(folder, { recursive: true });
  });
  return path;
}

const errorName = (result: { ok: boolean; error?: { name: string } }) => result.error?.name;

test('the socket is where MOORING_SOCKET says, or where the installation puts it', () => {
  expect(helperSocketPath({}, 'linux')).toBe('/run/mooring/helper.sock');
  expect(helperSocketPath({}, 'darwin')).toBe('/private/var/mooring/helper.sock');
  for (const platform of ['linux', 'darwin'] as const) {
    expect(helperSocketPath({ MOORING_SOCKET: '/tmp/x' }, platform)).toBe('/tmp/x');
  }
});

describe('start', () => {
  test('reads the greeting', async () => {
    const client = clientOf((await fake({ access: 'read' })).socketPath);
    expect(await client.start()).toMatchObject({
      ok: true,
      value: { protocol: 1, access: 'read' },
    });
  });

  test('no helper', async () => {
    expect(errorName(await clientOf('/nonexistent/helper.sock').start())).toBe('helper-missing');
  });

  test('a socket that nobody listens on any more', async () => {
    const helper = await fake();
    const path = helper.socketPath;
    const left = await rawServer('');
    expect(errorName(await clientOf(`${left}.gone`).start())).toBe('helper-missing');
    await helper.stop();
    expect(errorName(await clientOf(path).start())).toBe('helper-missing');
  });

  test('another protocol', async () => {
    const client = clientOf((await fake({ hello: { protocol: 2, motto: 'new' } })).socketPath);
    const result = await client.start();
    expect(errorName(result)).toBe('helper-version');
  });

  test.each([
    ['a greeting that is none', { protocol: 1 }],
    ['an access that is no choice', { protocol: 1, version: '1', access: 'all', engines: [] }],
  ])('%s', async (_about, hello) => {
    const client = clientOf((await fake({ hello })).socketPath);
    expect(errorName(await client.start())).toBe('bad-answer');
  });

  test('a helper that says nothing', async () => {
    const client = clientOf((await fake({ hello: null })).socketPath, 50);
    expect(errorName(await client.start())).toBe('helper-timeout');
  });

  test.each([
    ['a frame above 64 KiB', 'Content-Length: 65537\r\n\r\n{', 'bad-answer'],
    ['a header without a length', 'Content-Type: x\r\n\r\n{}', 'bad-answer'],
    ['a header that does not end', 'x'.repeat(2000), 'bad-answer'],
    ['a frame that is not JSON', 'Content-Length: 2\r\n\r\n{]', 'bad-answer'],
    ['half a frame', 'Content-Length: 20\r\n\r\n{"jsonrpc"', 'helper-timeout'],
  ])('%s', async (_about, bytes, name) => {
    const client = clientOf(await rawServer(bytes), 200);
    expect(errorName(await client.start())).toBe(name);
  });
});

describe('requests', () => {
  test('every method', async () => {
    const { client, helper } = await started({ script: () => [] });
    const tunnel = exampleTunnel();
    const key = await client.keysPut({
      privateKey: 'kMKYVw6ATgSRZE5SBtPLqB1jdWkh6S9Pmn0M9BiIPnY=',
    });
    expect(await client.keysList()).toEqual({ ok: true, value: { keys: [key.ok && key.value] } });
    expect(await client.set({ desired: { tunnels: [tunnel] } })).toEqual({
      ok: true,
      value: { changed: true },
    });
    expect(await client.set({ desired: { tunnels: [tunnel] } })).toEqual({
      ok: true,
      value: { changed: false },
    });
    expect(await client.status()).toMatchObject({
      ok: true,
      value: { tunnels: [{ name: 'home' }] },
    });
    expect(await client.probe('home')).toMatchObject({ ok: true, value: { link: { ok: null } } });
    expect(await client.stats()).toMatchObject({ ok: true, value: { tunnels: [] } });
    expect(await client.set({ desired: null })).toMatchObject({ ok: true });
    expect(await client.keysDelete(key.ok ? key.value.publicKey : '')).toEqual({
      ok: true,
      value: { deleted: true },
    });
    expect(helper.desired).toEqual([]);
  });

  test("the helper's error is a value with field and quote", async () => {
    const { client } = await started();
    const result = await client.set({
      desired: { tunnels: [exampleTunnel({ mac: '01:00:5e:00:00:01' })] },
    });
    expect(result).toMatchObject({
      error: { name: 'bad-mac', field: 'desired.tunnels[0].mac', quoted: '01:00:5e:00:00:01' },
    });
    expect(errorName(await client.probe('lab'))).toBe('no-such-tunnel');
  });

  test('a reader is told so', async () => {
    const { client } = await started({ access: 'read' });
    expect(errorName(await client.set({ desired: null }))).toBe('not-authorised');
    expect((await client.status()).ok).toBe(true);
  });

  test('what does not fit in a frame is not sent', async () => {
    const { client, helper } = await started();
    const result = await client.probe('x'.repeat(70_000));
    expect(errorName(result)).toBe('frame-too-large');
    expect(helper.requests).toEqual([]);
  });

  test('the end of the connection ends what is under way, and is told once', async () => {
    const { client, helper } = await started();
    const told: string[] = [];
    client.onLost((reason) => told.push(reason.name));
    const waiting = client.status();
    await helper.stop();
    expect(errorName(await waiting)).toBe('helper-gone');
    expect(errorName(await client.status())).toBe('helper-gone');
    expect(told).toEqual(['helper-gone']);
  });

  test('dispose ends what is under way, tells nobody, and may come first and twice', async () => {
    const { client } = await started();
    client.onLost(() => expect.unreachable());
    const waiting = client.status();
    client.dispose();
    client.dispose();
    expect(errorName(await waiting)).toBe('helper-gone');
    const unused = clientOf('/nonexistent');
    unused.dispose();
    expect(errorName(await unused.status())).toBe('helper-gone');
  });
});

test('a file in place of the socket is refused before a byte is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-helper-'));
  const path = join(folder, 'helper.sock');
  await writeFile(path, '');
  expect(errorName(await clientOf(path).start())).toBe('untrusted-helper');
  await rm(folder, { recursive: true });
});
