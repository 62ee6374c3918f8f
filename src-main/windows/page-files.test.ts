import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageFile } from './page-files.ts';

let place = '';
let folder = '';

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'page-'));
  folder = join(place, 'renderer');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets', 'app.js'), 'code');
  await writeFile(join(folder, 'assets', 'secret.key'), 'key');
  await writeFile(join(place, 'outside.js'), 'outside');
});
afterAll(() => rm(place, { recursive: true }));

test('a page of ours, with the policy', async () => {
  const { status, headers, body } = await pageFile(folder, 'app://mooring/index.html');
  expect([status, body.toString()]).toEqual([200, '<!doctype html>']);
  expect(headers['Content-Type']).toBe('text/html; charset=utf-8');
  const policy = headers['Content-Security-Policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

test('the root is the page, and scripts have their type', async () => {
  expect((await pageFile(folder, 'app://mooring/')).body.toString()).toBe('<!doctype html>');
  const script = await pageFile(folder, 'app://mooring/assets/app.js?x#y');
  expect(script.headers['Content-Type']).toBe('text/javascript; charset=utf-8');
});

test.each([
  'app://mooring/assets/none.js',
  'app://mooring/assets',
  'app://mooring/assets/secret.key',
  'app://mooring/../outside.js',
  'app://mooring/%2e%2e/outside.js',
  'app://mooring/assets/..%2f..%2foutside.js',
  'app://mooring/%00.js',
  'app://mooring/%zz.js',
  'app://evil/index.html',
  'file:///etc/passwd',
  'app://mooring.evil/index.html',
])('%s is not there', async (url) => {
  const { status, body } = await pageFile(folder, url);
  expect([status, body.toString()]).toEqual([404, 'Not found']);
});
