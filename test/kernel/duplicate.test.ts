import assert from 'node:assert/strict';
import { after } from 'node:test';
import { laptop, laptop2 } from './world/addresses.ts';
import { inWorld, test } from './world/fixture.ts';
import { Mooring } from './world/mooring.ts';
import { shellConnect } from './world/shell-laptop.ts';
import type { World } from './world/world.ts';

// The other one has the shell commands where the kernel can them, else Mooring itself.
const others: Mooring[] = [];
// Before the world's own hook, which takes the other laptop's processes away.
after(async () => {
  for (const other of others) await other.close();
});
const fixture = inWorld();

async function joinAsOther(world: World, mac: string): Promise<void> {
  await world.admitLaptop2();
  if (world.kind.engine === 'kernel') {
    const { keys } = world;
    const me = { keys: keys.laptop2, hubPublicKey: keys.hub.publicKey, mac };
    await (await world.agent('laptop2')).sh(shellConnect({ ...me, tunnel4: laptop2.tunnel4 }));
    return;
  }
  const other = await Mooring.start(world, { ns: 'laptop2' });
  others.push(other);
  await other.connect({ mac });
}

test('another laptop has this identity: it is named, exit 6, and nothing is taken from it', async () => {
  const other = await fixture.agent('laptop2');
  const outside = await fixture.agent('internet');
  await other.ask('listen', { host: '::', port: 7 });
  await joinAsOther(fixture.world, laptop.mac);
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
