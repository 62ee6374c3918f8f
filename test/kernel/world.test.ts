import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet, laptop, member } from './world/addresses.ts';
import { assertSame } from './world/compare.ts';
import { shellConnect, shellDisconnect } from './world/shell-laptop.ts';
import { World } from './world/world.ts';

// The world itself, driven by nothing but the notes' own shell commands: when this fails, no other
// test here says anything about Mooring.

let world: World;
before(async () => {
  world = await World.build();
});
after(() => world.close());

test('the shell commands bring the laptop to its stable address, reachable from outside', async () => {
  const [inside, outside, neighbour] = await Promise.all([
    world.agent('laptop'),
    world.agent('internet'),
    world.agent('member'),
  ]);
  await inside.ask('listen', { host: '::', port: 7 });
  const before = await inside.snapshot();
  await inside.sh(
    shellConnect({ keys: world.keys.laptop, hubPublicKey: world.keys.hub.publicKey }),
  );

  const ask = { host: laptop.stable, port: 7, everyMs: 50, withinMs: 20_000 };
  const [fromInternet, fromMember] = await Promise.all([
    outside.ask('until', ask),
    neighbour.ask('until', ask),
  ]);
  assert.ok(fromInternet.ok, `from the internet: ${fromInternet.error}`);
  assert.ok(fromMember.ok, `from the bridge: ${fromMember.error}`);

  await inside.sh(shellDisconnect);
  const gone = await outside.ask('connect', { host: laptop.stable, port: 7, timeoutMs: 1000 });
  assert.ok(!gone.ok, 'the address outlived its link');
  // The kernel's WireGuard switches this off for good when its first link goes up.
  assertSame(before, await inside.snapshot(), ['net/ipv4/conf/all/send_redirects']);
});

test('both accesses reach the hub and the internet, and natB changes source ports', async () => {
  const inside = await world.agent('laptop');
  const outside = await world.agent('internet');
  await outside.ask('listen', { host: '::', port: 8 });
  const ask = { host: internet.v4, port: 8, timeoutMs: 3000 };
  assert.ok((await inside.ask('connect', ask)).ok, 'through natA');
  await world.leave('wlan0');
  await world.join('eth1');
  assert.ok((await inside.ask('connect', ask)).ok, 'through natB');
  await world.leave('eth1');
  await world.join('wlan0');
});

test('the member on the bridge has made its address from the hub’s advertisements', async () => {
  const outside = await world.agent('internet');
  const neighbour = await world.agent('member');
  await neighbour.ask('listen', { host: '::', port: 9 });
  const ask = { host: member.stable, port: 9, everyMs: 100, withinMs: 10_000 };
  assert.ok((await outside.ask('until', ask)).ok);
});
