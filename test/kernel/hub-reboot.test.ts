import assert from 'node:assert/strict';
import { laptop } from './world/addresses.ts';
import { inWorld, test } from './world/fixture.ts';

const fixture = inWorld();

test('the hub loses its power: inbound comes back without anybody doing anything', async () => {
  const inside = await fixture.agent('laptop');
  const outside = await fixture.agent('internet');
  await inside.ask('listen', { host: '::', port: 7 });
  await fixture.mooring.connect();
  const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 60_000 };
  assert.ok((await outside.ask('until', ask)).ok);

  // Its links are new then, and with them the bridge's MAC and link-local address.
  await fixture.world.rebootHub();
  const again = await outside.ask('until', ask);
  assert.ok(again.ok, again.error);
  assert.equal((await fixture.mooring.status()).state, 'verified');
});
