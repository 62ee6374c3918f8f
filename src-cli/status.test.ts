import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MockOptions } from '../src-engine/mock-helper/mock-helper.ts';
import { unanswered, verifiedPart } from '../src-engine/mock-helper/mock-status.ts';
import { EXAMPLE_FILE } from '../src-engine/testing/examples.ts';
import { CAUSES, type TunnelStatus } from '../src-shared/helper-protocol/status.ts';
import { bundled, fake } from './testing/harness.ts';

const path = new URL('../protocol/cli-status.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
(addFormats as unknown as { default: typeof addFormats.default }).default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));

const built = await bundled();

/** A user whose profile `home` is up and stays at the first step until the test observes more. */
async function setUp(options: MockOptions = {}) {
  const helper = await fake({ script: () => [], ...options });
  const cli = await built.user(helper);
  await cli.broughtUp(helper, 'home');
  return { helper, cli };
}

function checked(text: string): {
  profiles: Record<string, unknown>[];
  helper: Record<string, unknown>;
} {
  const value = JSON.parse(text);
  expect([validate(value), validate.errors]).toEqual([true, null]);
  return value;
}

describe('--json follows its schema', () => {
  const roam = { since: '2026-11-24T22:48:24Z', count: 4, lastOutageMs: 142, recent: [] };
  const reachability = { ...verifiedPart.reachability, internet: unanswered };
  test.each([
    ['connecting', {}, { step: 'key' }],
    ['verified', verifiedPart, { since: '2026-11-24T22:48:24Z' }],
    ['degraded', { ...verifiedPart, reachability }, { reasons: ['internet'] }],
    [
      'roaming',
      { ...verifiedPart, verifiedSince: null, roam },
      { since: roam.since, roams: 4, lastOutageMs: 142 },
    ],
    ...CAUSES.map((cause, index) => [
      index < 4 ? 'waiting' : 'failed',
      { fault: { cause, detail: 'Because.' } },
      { detail: 'Because.', [index < 4 ? 'why' : 'cause']: cause },
    ]),
  ] as [string, Partial<TunnelStatus>, object][])('%s %j', async (state, change, expected) => {
    const { helper, cli } = await setUp();
    helper.observe('home', change);
    const { code, stdout, stderr } = await cli.run(helper, ['status', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(checked(stdout).profiles[0]).toMatchObject({
      name: 'home',
      local: true,
      state,
      ...expected,
    });
  });

  test('off', async () => {
    const { helper, cli } = await setUp();
    await cli.run(helper, ['down']);
    expect(checked((await cli.run(helper, ['status', '--json'])).stdout).profiles[0]).toMatchObject(
      {
        state: 'off',
        address: '2001:db8::10ab:34ff:fecd:56ef',
        endpoint: '1.2.3.4:23450',
      },
    );
  });

  test('without a helper: what the profiles say, and exit code 3', async () => {
    const { cli } = await setUp();
    const { code, stdout } = await cli.run(undefined, ['status', '--json']);
    expect(code).toBe(3);
    const value = checked(stdout);
    expect(value.helper).toMatchObject({ state: 'helper-missing', version: null });
    expect(value.profiles[0]).toMatchObject({ state: 'failed', cause: 'helper-missing' });
  });

  test('a reader sees less', async () => {
    const { cli } = await setUp();
    const reader = await fake({ access: 'read' });
    const value = checked((await cli.run(reader, ['status', '--json'])).stdout);
    expect(value.helper).toMatchObject({ state: 'ok', access: 'read' });
  });

  test("another user's tunnel, and a damaged profile", async () => {
    const { helper } = await setUp();
    const stranger = await built.fresh();
    await stranger.imported(helper, 'lab', EXAMPLE_FILE);
    await stranger.file('mooring/profiles/bad.json', '{');
    const { stdout } = await stranger.run(helper, ['status', '--json']);
    const value = checked(stdout);
    expect(value.profiles.map(({ name, local }) => [name, local])).toEqual([
      ['lab', true],
      ['home', false],
    ]);
    expect(value).toMatchObject({ damaged: [{ name: 'bad' }] });
  });
});

describe('for a person', () => {
  test('says what is reached', async () => {
    const { helper, cli } = await setUp();
    helper.observe('home', {
      ...verifiedPart,
      underlay: { interface: 'wlan0', address: '192.168.88.20' },
      endpoint: '1.2.3.4:23450',
      roam: { since: null, count: 2, lastOutageMs: 1440, recent: [] },
    });
    const { code, stdout, stderr } = await cli.run(helper, ['status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^home {2}verified since 22:48:24 \(.* ago\)\n/);
    expect(stdout).toContain('  address    2001:db8::10ab:34ff:fecd:56ef\n');
    expect(stdout).toContain('  reached    link 21 ms, Ethernet 21 ms, internet 21 ms\n');
    expect(stdout).toContain('  hub        1.2.3.4:23450\n');
    expect(stdout).toContain('  underlay   wlan0, 192.168.88.20\n');
    expect(stdout).toContain('  roams      2, last outage 1.4 s\n');
  });

  test('says which engine carries, and what the kernel lacks', async () => {
    const engines = [
      { kind: 'kernel', lacks: ['WireGuard', 'GRETAP'] },
      { kind: 'userspace', lacks: [] },
    ];
    const hello = { protocol: 1, version: '0.9.0', access: 'write', engines };
    const { helper, cli } = await setUp({ hello });
    expect((await cli.run(helper, ['status'])).stdout).not.toContain('engine');
    helper.observe('home', { ...verifiedPart, engine: 'userspace' });
    expect((await cli.run(helper, ['status'])).stdout).toContain(
      '  engine     userspace (the kernel lacks WireGuard and GRETAP)\n',
    );
  });

  test('before the first probe one word for all levels', async () => {
    const { helper, cli } = await setUp();
    expect((await cli.run(helper, ['status'])).stdout).toContain('  reached    not probed yet\n');
  });

  test('a hostile detail does not drive the terminal', async () => {
    const { helper, cli } = await setUp();
    helper.observe('home', { fault: { cause: 'system', detail: '\u001b[2J\u202e' } });
    const { stdout } = await cli.run(helper, ['status']);
    expect(stdout).toContain('\\u001b[2J\\u202e');
  });

  test('no profile yet', async () => {
    const { helper } = await setUp();
    const stranger = await built.fresh();
    await stranger.run(helper, ['down', '--all']);
    const { code, stdout, stderr } = await stranger.run(helper, ['status']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('mooring profile import');
  });
});

describe('--watch', () => {
  async function watched(args: readonly string[]) {
    const { helper, cli } = await setUp();
    const { child } = cli.start(helper, ['status', '--watch', ...args]);
    onTestFinished(() => void child.kill());
    const lines: string[] = [];
    if (child.stdout !== null) {
      createInterface(child.stdout).on('line', (line) => lines.push(line));
    }
    const until = (part: string) =>
      expect.poll(() => lines.at(-1), { timeout: 15_000 }).toContain(part);
    return { helper, lines, until };
  }

  test('a line for each state', async () => {
    const { helper, lines, until } = await watched([]);
    await until('home  connecting (key)');
    helper.observe('home', verifiedPart);
    await until('home  verified since');
    const { link } = verifiedPart.reachability as TunnelStatus['reachability'];
    helper.observe('home', {
      reachability: { link, ethernet: { ...link, rttMs: 99 }, internet: link },
    });
    helper.observe('home', { fault: { cause: 'no-network', detail: 'No route.' } });
    await until('home  waiting, no-network: No route.');
    expect(lines).toHaveLength(3);
  });

  test('an object a line, and the helper may go and come', async () => {
    const { helper, lines, until } = await watched(['--json']);
    await until('"step":"key"');
    await helper.stop();
    await until('helper-missing');
    await helper.listenAgain();
    await until('"helper":{"state":"ok"');
    for (const line of lines) {
      checked(line);
    }
  });
});
