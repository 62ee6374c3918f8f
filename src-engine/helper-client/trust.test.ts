import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSocket } from './trust.ts';

const self = process.getuid?.() ?? 0;

async function socketIn(folder: string): Promise<string> {
  const path = join(folder, 'helper.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}

async function place(): Promise<{ root: string; folder: string; path: string }> {
  const root = await mkdtemp(join(tmpdir(), 'trust-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'run');
  await mkdir(folder, { mode: 0o755 });
  return { root, folder, path: await socketIn(folder) };
}

async function verdict(path: string, owner = self): Promise<string> {
  const result = await checkSocket(path, owner);
  return result.ok ? 'trusted' : result.error.name;
}

test('a socket of the owner in a folder of the owner', async () => {
  expect(await verdict((await place()).path)).toBe('trusted');
});

test("another's socket", async () => {
  expect(await verdict((await place()).path, self + 1)).toBe('untrusted-helper');
});

test('a folder that others may write', async () => {
  const { folder, path } = await place();
  await chmod(folder, 0o777);
  expect(await verdict(path)).toBe('untrusted-helper');
  await chmod(folder, 0o775);
  expect(await verdict(path)).toBe('untrusted-helper');
  await chmod(folder, 0o1777);
  expect(await verdict(path)).toBe('trusted');
});

test('a folder above that others may write', async () => {
  const { root, path } = await place();
  await chmod(root, 0o777);
  expect(await verdict(path)).toBe('untrusted-helper');
});

test('a link to a socket is no socket; a link to its folder is followed', async () => {
  const { root, folder, path } = await place();
  await symlink(path, join(root, 'link.sock'));
  expect(await verdict(join(root, 'link.sock'))).toBe('untrusted-helper');
  await symlink(folder, join(root, 'there'));
  expect(await verdict(join(root, 'there', 'helper.sock'))).toBe('trusted');
});

test('no socket', async () => {
  const { root, folder } = await place();
  expect(await verdict(join(folder, 'other.sock'))).toBe('helper-missing');
  expect(await verdict(join(root, 'nowhere', 'helper.sock'))).toBe('helper-missing');
  await writeFile(join(folder, 'plain'), '');
  expect(await verdict(join(folder, 'plain'))).toBe('untrusted-helper');
});
