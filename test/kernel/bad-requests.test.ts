import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSame } from './world/compare.ts';
import { inWorld } from './world/fixture.ts';
import { keyPair } from './world/keys.ts';
import { RawClient } from './world/raw-client.ts';

// What reaches the helper itself, past any client of ours: it refuses by name, quotes what was
// wrong, changes nothing and lives on.

let untouched: string;
const fixture = inWorld({}, async (fixture) => {
  untouched = await (await fixture.agent('laptop')).snapshot();
});
const nobody = 65534;

const key = keyPair();
const good = {
  name: 'home',
  publicKey: key.publicKey,
  listenPort: 3243,
  address: '172.16.0.2/24',
  hub: { publicKey: keyPair().publicKey, endpoint: '203.0.113.4:23450', address: '172.16.0.1' },
  mac: '12:ab:34:cd:56:ef',
  prefix: '2001:db8::/64',
  txOffload: 'off',
  engine: 'auto',
};
type Tunnel = Record<string, unknown>;
const set = (tunnel: Tunnel) => ({ desired: { tunnels: [tunnel] } });
const withHub = (part: Tunnel): Tunnel => ({ ...good, hub: { ...good.hub, ...part } });

const fields: readonly { what: string; tunnel: Tunnel; name: string; quoted: string }[] = [
  {
    what: 'a name that is a path',
    tunnel: { ...good, name: '../x' },
    name: 'bad-name',
    quoted: '../x',
  },
  { what: 'a short key', tunnel: { ...good, publicKey: 'abc=' }, name: 'bad-key', quoted: 'abc=' },
  {
    what: 'a port past the end',
    tunnel: { ...good, listenPort: 70000 },
    name: 'bad-port',
    quoted: '70000',
  },
  {
    what: 'an address that is none',
    tunnel: { ...good, address: '172.16.0.300/24' },
    name: 'bad-address',
    quoted: '172.16.0.300/24',
  },
  {
    what: 'a hub key that is none',
    tunnel: withHub({ publicKey: '%' }),
    name: 'bad-key',
    quoted: '%',
  },
  {
    what: 'an endpoint without a port',
    tunnel: withHub({ endpoint: '203.0.113.4' }),
    name: 'bad-endpoint',
    quoted: '203.0.113.4',
  },
  {
    what: 'a hub address that is a command',
    tunnel: withHub({ address: '$(reboot)' }),
    name: 'bad-address',
    quoted: '$(reboot)',
  },
  {
    what: 'a multicast MAC',
    tunnel: { ...good, mac: '01:00:5e:00:00:01' },
    name: 'bad-mac',
    quoted: '01:00:5e:00:00:01',
  },
  {
    what: 'a MAC of zeros',
    tunnel: { ...good, mac: '00:00:00:00:00:00' },
    name: 'bad-mac',
    quoted: '00:00:00:00:00:00',
  },
  {
    what: 'a prefix longer than /64',
    tunnel: { ...good, prefix: '2001:db8::/65' },
    name: 'bad-prefix',
    quoted: '2001:db8::/65',
  },
  {
    what: 'an unknown choice',
    tunnel: { ...good, txOffload: 'maybe' },
    name: 'bad-choice',
    quoted: 'maybe',
  },
  {
    what: 'an unknown engine',
    tunnel: { ...good, engine: 'warp' },
    name: 'bad-choice',
    quoted: 'warp',
  },
];

describe('a wrong field in "set"', () => {
  for (const { what, tunnel, name, quoted } of fields) {
    test(what, async () => {
      const client = await RawClient.open(fixture.mooring.socketPath);
      const { error } = await client.call('set', set(tunnel));
      client.close();
      assert.equal(error?.data?.name, name, JSON.stringify(error));
      assert.equal(error?.data?.quoted, quoted);
    });
  }

  test('an unknown field', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    const { error } = await client.call('set', set({ ...good, mtu: 9000 }));
    client.close();
    assert.equal(error?.data?.name, 'unknown-field', JSON.stringify(error));
    assert.match(JSON.stringify(error), /mtu/);
  });

  test('an unknown method', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    const { error } = await client.call('run', { command: 'id' });
    client.close();
    assert.equal(error?.data?.name, 'unknown-method', JSON.stringify(error));
  });
});

describe('a broken frame', () => {
  const alive = async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    assert.ok((await client.call('status', {})).result, 'no status');
    client.close();
  };

  test('longer than 64 KiB: refused by name', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    client.write(`Content-Length: ${64 * 1024 + 1}\r\n\r\n`);
    const named = (m: { error?: unknown }) =>
      JSON.stringify(m.error ?? '').includes('frame-too-large');
    await client.until(named, 'frame-too-large');
    client.close();
    await alive();
  });

  test('no header at all: refused by name', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    client.write('GET / HTTP/1.1\r\n\r\n');
    await client.until((m) => JSON.stringify(m.error ?? '').includes('bad-frame'), 'bad-frame');
    client.close();
    await alive();
  });

  test('half of one, then silence, then the end: the others are served meanwhile', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    client.write('Content-Length: 100\r\n\r\n{"jsonrpc":"2.0","id":1,');
    await alive();
    client.close();
    await alive();
  });

  test('not JSON: refused by name', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath);
    client.write(client.frame('{"jsonrpc":'));
    await client.until((m) => JSON.stringify(m.error ?? '').includes('bad-message'), 'bad-message');
    client.close();
    await alive();
  });
});

describe('an ordinary user who is no operator', () => {
  const changes: readonly [string, unknown][] = [
    ['set', set(good)],
    ['set', { desired: null }],
    ['keys.put', { privateKey: key.privateKey }],
    ['keys.delete', { publicKey: key.publicKey }],
  ];
  for (const [method, params] of changes) {
    test(`may not ${method} ${JSON.stringify(params).slice(0, 20)}`, async () => {
      const client = await RawClient.open(fixture.mooring.socketPath, nobody);
      const { error } = await client.call(method, params);
      client.close();
      assert.equal(error?.data?.name, 'not-authorised', JSON.stringify(error));
    });
  }

  test('may read the status, without keys', async () => {
    const client = await RawClient.open(fixture.mooring.socketPath, nobody);
    const { result } = await client.call('status', {});
    client.close();
    assert.ok(result);
    assert.doesNotMatch(JSON.stringify(result), /[A-Za-z0-9+/]{43}=/);
  });

  test('is told so by the command, exit 4', async () => {
    await fixture.mooring.importProfile();
    fixture.mooring.shareProfiles(nobody);
    for (const args of [
      ['up', 'home'],
      ['down', 'home'],
    ]) {
      const ended = await fixture.mooring.cli(args, { uid: nobody });
      assert.equal(ended.status, 4, `${args[0]}: ${ended.stderr}`);
    }
  });

  test('may not leave a key with the helper by an import, exit 4, and gets no profile', async () => {
    const path = fixture.mooring.profileFile('theirs');
    const args = ['profile', 'import', '--name', 'theirs', path];
    const ended = await fixture.mooring.cli(args, { uid: nobody });
    assert.equal(ended.status, 4, ended.stderr);
    const list = await fixture.mooring.cli(['profile', 'list'], { uid: nobody });
    assert.doesNotMatch(list.stdout, /theirs/);
  });
});

test('after all of that the helper lives and the machine is untouched', async () => {
  assert.ok(fixture.mooring.running, 'the helper is gone');
  assertSame(untouched, await (await fixture.agent('laptop')).snapshot());
});
