import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laptop } from './world/addresses.ts';
import { inWorld } from './world/fixture.ts';

const fixture = inWorld();

test('another laptop has this identity: it is named, exit 6, and nothing is taken from it', async () => {
  const other = await fixture.agent('laptop2');
  const outside = await fixture.agent('internet');
  await other.ask('listen', { host: '::', port: 7 });
  await fixture.world.connectLaptop2(laptop.mac);
  const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 20_000 };
  assert.ok((await outside.ask('until', ask)).ok, 'the other laptop is reached');

  await fixture.mooring.importProfile();
  await outside.ask('streamStart', { name: 'theirs', ...ask });
  const up = await fixture.mooring.cli(['up', 'home']);
  assert.equal(up.status, 6, up.stderr);
  assert.match(up.stderr, new RegExp(`${laptop.mac}|${laptop.stable}`), 'names the identity');
  const theirs = await outside.ask('streamStop', { name: 'theirs', settleMs: 10_000 });
  assert.equal(theirs.error, undefined, 'their session');
  assert.equal(theirs.lost, 0);

  const inside = await fixture.agent('laptop');
  const held = await inside.sh(`ip -6 addr show to ${laptop.stable} -tentative`);
  assert.equal(held.trim(), '', 'holds the address all the same');
});
