import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HelperClient } from '../helper-client/helper-client.ts';
import { MockHelper, type MockOptions } from '../mock-helper/mock-helper.ts';
import { unanswered, verifiedPart } from '../mock-helper/mock-status.ts';
import { ProfileStore } from '../profiles/profile-store.ts';
import { exampleProfile } from '../testing/examples.ts';
import { bringUp, keepLearnedPrefixes, takeAllDown, takeDown } from './changes.ts';
import { overview } from './overview.ts';
import { waitUntilUp } from './wait-until-up.ts';

const socketOwner = process.getuid?.() ?? 0;

async function setUp(options?: MockOptions) {
  const helper = await MockHelper.listen(options);
  const folder = await mkdtemp(join(tmpdir(), 'session-'));
  const client = new HelperClient({ socketPath: helper.socketPath, socketOwner });
  onTestFinished(async () => {
    client.dispose();
    await helper.close();
    await rm(folder, { recursive: true });
  });
  await client.start();
  const store = new ProfileStore(folder);
  await store.create(exampleProfile());
  await store.create(exampleProfile({ name: 'lab', prefix: null }));
  const names = () => helper.desired.map((tunnel) => tunnel.name);
  return { helper, client, store, names };
}

const errorName = (result: { ok: boolean; error?: { name: string } }) => result.error?.name;

describe('changes', () => {
  test('up adds to what is held, down takes from it', async () => {
    const { client, store, names, helper } = await setUp();
    expect(await bringUp(client, store, 'home')).toEqual({ ok: true, value: { changed: true } });
    expect(await bringUp(client, store, 'lab')).toEqual({ ok: true, value: { changed: true } });
    expect(await bringUp(client, store, 'lab')).toEqual({ ok: true, value: { changed: false } });
    expect(await bringUp(client, store, 'home')).toEqual({ ok: true, value: { changed: false } });
    expect(names()).toEqual(['home', 'lab']);
    await takeDown(client, store, 'home');
    expect(names()).toEqual(['lab']);
    expect(await takeDown(client, store, 'home')).toEqual({ ok: true, value: { changed: false } });
    await takeDown(client, store, 'lab');
    expect(helper.requests.at(-1)).toEqual({ method: 'set', params: { desired: null } });
  });

  test('a refused value is told by its profile', async () => {
    const { client, store } = await setUp({
      refuse: { set: 'engine-missing' },
      refusedField: 'desired.tunnels[0].engine',
    });
    expect(await bringUp(client, store, 'home')).toMatchObject({
      error: { name: 'engine-missing', field: 'home.engine' },
    });
  });

  test("another user's tunnel is not dropped", async () => {
    const { client, store, names } = await setUp();
    await bringUp(client, store, 'home');
    await store.remove('home');
    expect(errorName(await bringUp(client, store, 'lab'))).toBe('foreign-tunnel');
    expect(errorName(await takeDown(client, store, 'lab'))).toBe('foreign-tunnel');
    expect(names()).toEqual(['home']);
    // A tunnel whose profile is gone can still be taken down by its name.
    expect(await takeDown(client, store, 'home')).toEqual({ ok: true, value: { changed: true } });
    await takeAllDown(client);
    expect(names()).toEqual([]);
  });

  test("another user's tunnel under the name of ours is not replaced", async () => {
    const { helper, client, store } = await setUp();
    await bringUp(client, store, 'home');
    await store.replace(exampleProfile({ mac: '02:00:00:00:00:09' }));
    expect(errorName(await bringUp(client, store, 'home'))).toBe('foreign-tunnel');
    expect(errorName(await bringUp(client, store, 'lab'))).toBe('foreign-tunnel');
    expect(helper.desired[0]?.mac).toBe('12:ab:34:cd:56:ef');
    expect(await takeDown(client, store, 'home')).toEqual({ ok: true, value: { changed: true } });
  });

  test('no more than the helper holds', async () => {
    const { client, store, names } = await setUp();
    for (let n = 0; n < 10; n += 1) {
      await store.create(exampleProfile({ name: `hub-${n}` }));
      await bringUp(client, store, `hub-${n}`);
    }
    expect(errorName(await bringUp(client, store, 'home'))).toBe('too-many-tunnels');
    expect(names()).toHaveLength(10);
  });

  test('no such profile', async () => {
    const { client, store } = await setUp();
    expect(errorName(await bringUp(client, store, 'nowhere'))).toBe('no-such-profile');
  });
});

test('a prefix that was heard is kept, a pinned one is not touched', async () => {
  const { helper, client, store } = await setUp();
  await bringUp(client, store, 'lab');
  await bringUp(client, store, 'home');
  helper.observe('home', { prefix: '2001:db8:2::/64' });
  helper.observe('lab', { prefix: '2001:db8:1::/64' });
  const status = await client.status();
  if (!status.ok) {
    throw new Error(status.error.message);
  }
  expect(await keepLearnedPrefixes(store, status.value)).toEqual({ ok: true, value: ['lab'] });
  expect(await keepLearnedPrefixes(store, status.value)).toEqual({ ok: true, value: [] });
  const lab = await store.read('lab');
  expect(lab.ok && [lab.value.prefix, lab.value.learnedPrefix]).toEqual([null, '2001:db8:1::/64']);
  const home = await store.read('home');
  expect(home.ok && home.value.learnedPrefix).toBeNull();
});

describe('waiting', () => {
  async function wait(
    options: MockOptions,
    timeoutMs = 1000,
    signal = new AbortController().signal,
  ) {
    const { helper, client, store } = await setUp(options);
    await bringUp(client, store, 'home');
    const words: string[] = [];
    const result = waitUntilUp(
      { socketPath: helper.socketPath, socketOwner },
      { name: 'home', timeoutMs, signal, onProgress: ({ state }) => words.push(state.state) },
    );
    return { helper, store, client, result, words };
  }

  test('ends when verified', async () => {
    const { result, words } = await wait({ stepMs: 5 });
    expect(await result).toMatchObject({ outcome: 'up', state: { state: 'verified' } });
    expect(words[0]).toBe('connecting');
  });

  test('internet missing behind the hub is up', async () => {
    const reachability = {
      ...verifiedPart.reachability,
      internet: unanswered,
    } as typeof verifiedPart.reachability & object;
    const { result } = await wait({ script: () => [{ ...verifiedPart, reachability }] });
    expect(await result).toMatchObject({
      outcome: 'up',
      state: { state: 'degraded', reasons: ['internet'] },
    });
  });

  test('ends at once at a failure for a person', async () => {
    const fault = { cause: 'duplicate-identity' as const, detail: 'in use' };
    const { result } = await wait({ script: () => [{ step: 'verify', fault }] }, 10_000);
    expect(await result).toMatchObject({
      outcome: 'failed',
      state: { cause: 'duplicate-identity' },
    });
  });

  test('gives up in time, with the reason so far', async () => {
    const fault = { cause: 'no-answer' as const, detail: 'No handshake.' };
    const { result } = await wait({ script: () => [{ step: 'verify', fault }] }, 100);
    expect(await result).toMatchObject({ outcome: 'timeout', state: { why: 'no-answer' } });
  });

  test('a person may stop waiting', async () => {
    const abort = new AbortController();
    const { result } = await wait({ script: () => [] }, 10_000, abort.signal);
    abort.abort();
    expect(await result).toMatchObject({ outcome: 'aborted' });
  });

  test('somebody takes it down meanwhile', async () => {
    const { client, result, words } = await wait({ script: () => [] }, 10_000);
    await expect.poll(() => words.length).toBeGreaterThan(0);
    await takeAllDown(client);
    expect(await result).toMatchObject({ outcome: 'gone' });
  });

  test('a helper that is restarted meanwhile', async () => {
    const { helper, result } = await wait({ script: () => [] }, 5000);
    await helper.stop();
    await helper.listenAgain();
    helper.observe('home', verifiedPart);
    expect(await result).toMatchObject({ outcome: 'up' });
  });
});

test('overview: ours by name, then foreign ones; all of them without a helper', async () => {
  const { client, store } = await setUp();
  await bringUp(client, store, 'home');
  const status = await client.status();
  if (!status.ok) {
    throw new Error(status.error.message);
  }
  const hello = { protocol: 1, version: '1', access: 'write' as const, engines: [] };
  const profiles = [exampleProfile({ name: 'lab', prefix: null })];
  const seen = overview(profiles, { state: 'ok', hello, status: status.value });
  expect(seen.map(({ name, state, address }) => [name, state.state, address])).toEqual([
    ['lab', 'off', null],
    ['home', 'connecting', '2001:db8::10ab:34ff:fecd:56ef'],
  ]);
  const reason = { name: 'helper-missing' as const, message: '' };
  const blind = overview([exampleProfile()], { state: 'helper-missing', reason });
  expect(blind[0]).toMatchObject({
    state: { cause: 'helper-missing' },
    address: '2001:db8::10ab:34ff:fecd:56ef',
  });
});
