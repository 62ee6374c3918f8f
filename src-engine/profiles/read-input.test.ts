import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { readNamedFile, readToEnd } from './read-input.ts';

const CAP = 64 * 1024;

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'read-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

test.each([
  ['empty', '', true],
  ['not ASCII', '# größe €\n', true],
  ['as long as it may be', 'x'.repeat(CAP), true],
  ['longer by one', 'x'.repeat(CAP + 1), false],
  ['longer in bytes alone', '€'.repeat(CAP / 2), false],
])('a file: %s', async (_about, text, accepted) => {
  const path = join(await folder(), 'wg.conf');
  await writeFile(path, text);
  const read = await readNamedFile(path);
  expect(read).toMatchObject(
    accepted
      ? { ok: true, value: text }
      : { ok: false, error: { name: 'file-too-large', quoted: path } },
  );
});

test('a link to a file is that file', async () => {
  const made = await folder();
  await writeFile(join(made, 'wg.conf'), 'x');
  await symlink('wg.conf', join(made, 'link'));
  expect(await readNamedFile(join(made, 'link'))).toEqual({ ok: true, value: 'x' });
});

test.each([
  ['a device without end', () => '/dev/zero', 'not-a-file', 'this is a pipe or a device'],
  ['a folder', folder, 'not-a-file', 'this is a folder'],
  ['a pipe that nobody writes to', pipe, 'not-a-file', 'this is a pipe or a device'],
  [
    'nothing',
    async () => join(await folder(), 'none'),
    'cannot-read',
    'ENOENT: no such file or directory',
  ],
  ['a path that is none', () => 'a\0b', 'cannot-read', 'null bytes'],
])('is refused: %s', async (_about, make, name, said) => {
  const path = await make();
  const read = await readNamedFile(path);
  expect(read).toMatchObject({ ok: false, error: { name, quoted: path } });
  expect(!read.ok && read.error.message).toContain(said);
  expect(!read.ok && read.error.message).not.toContain(`'${path}'`);
});

async function pipe(): Promise<string> {
  const path = join(await folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

test('a stream without end is given up and closed', async () => {
  let chunks = 0;
  const endless = new Readable({
    read() {
      chunks += 1;
      this.push(Buffer.alloc(4096));
    },
  });
  expect(await readToEnd(endless)).toMatchObject({ ok: false, error: { name: 'file-too-large' } });
  expect(endless.destroyed).toBe(true);
  expect(chunks * 4096).toBeLessThan(2 * CAP);
});

test('a character in two chunks is one, and a stream that breaks is an error', async () => {
  const [first, second] = [Buffer.from('€').subarray(0, 1), Buffer.from('€').subarray(1)];
  expect(await readToEnd(Readable.from([first, second]))).toEqual({ ok: true, value: '€' });
  const broken = new Readable({ read: () => undefined });
  broken.destroy(new Error('EIO: gone'));
  expect(await readToEnd(broken)).toMatchObject({
    error: { name: 'cannot-read', message: 'EIO: gone' },
  });
});
