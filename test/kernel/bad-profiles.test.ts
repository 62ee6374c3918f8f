import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSame } from './world/compare.ts';
import { inWorld } from './world/fixture.ts';

// A file that a person wrote wrongly: exit 2, the wrong text quoted, nothing kept, nothing changed.

const fixture = inWorld();

const files: readonly { what: string; from: RegExp; to: string; quoted: string }[] = [
  { what: 'address', from: /Address = .*/, to: 'Address = 172.16.0.2/33', quoted: '172.16.0.2/33' },
  { what: 'port', from: /ListenPort = .*/, to: 'ListenPort = 99999', quoted: '99999' },
  { what: 'hub key', from: /PublicKey = .*/, to: 'PublicKey = nokey', quoted: 'nokey' },
  {
    what: 'endpoint',
    from: /Endpoint = .*/,
    to: 'Endpoint = 203.0.113.4:0',
    quoted: '203.0.113.4:0',
  },
  {
    what: 'multicast MAC',
    from: /MAC = .*/,
    to: 'MAC = 13:ab:34:cd:56:ef',
    quoted: '13:ab:34:cd:56:ef',
  },
  {
    what: 'zero MAC',
    from: /MAC = .*/,
    to: 'MAC = 00:00:00:00:00:00',
    quoted: '00:00:00:00:00:00',
  },
  { what: 'hub address', from: /Hub = .*/, to: 'Hub = nowhere', quoted: 'nowhere' },
  { what: 'prefix', from: /Prefix = .*/, to: 'Prefix = 2001:db8::/65', quoted: '2001:db8::/65' },
  { what: 'unknown field', from: /Hub = .*/, to: 'Frobnicate = 7', quoted: 'Frobnicate' },
];

for (const { what, from, to, quoted } of files) {
  test(`a file with a wrong ${what}`, async () => {
    const path = fixture.mooring.profileFile('bad', { edit: (text) => text.replace(from, to) });
    const ended = await fixture.mooring.cli(['profile', 'import', '--name', 'bad', path]);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.ok(ended.stderr.includes(quoted), `does not quote ${quoted}: ${ended.stderr}`);
    assert.ok(
      !ended.stderr.includes(fixture.world.keys.laptop.privateKey),
      'shows the private key',
    );
  });
}

test('a private key that is none is refused without being shown', async () => {
  const path = fixture.mooring.profileFile('bad', {
    edit: (text) => text.replace(/PrivateKey = .*/, 'PrivateKey = half-a-secret'),
  });
  const ended = await fixture.mooring.cli(['profile', 'import', '--name', 'bad', path]);
  assert.equal(ended.status, 2, ended.stderr);
  assert.match(ended.stderr, /PrivateKey/i);
  assert.ok(!ended.stderr.includes('half-a-secret'), 'shows what may be a secret');
});

test('none of them left a profile, and the machine is untouched', async () => {
  const inside = await fixture.agent('laptop');
  const before = await inside.snapshot();
  const list = await fixture.mooring.cli(['profile', 'list']);
  assert.equal(list.status, 0, list.stderr);
  assert.doesNotMatch(list.stdout, /bad/);
  const up = await fixture.mooring.cli(['up', 'bad']);
  assert.equal(up.status, 2, up.stderr);
  assertSame(before, await inside.snapshot());
});
