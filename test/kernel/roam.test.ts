import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { laptop } from './world/addresses.ts';
import { outageAfter } from './world/agent/protocol.ts';
import type { Agent } from './world/agent-client.ts';
import { inWorld, test } from './world/fixture.ts';

// From one access to another behind a different NAT: sessions live on, and nobody does anything.

let outside: Agent;
const fixture = inWorld({}, async (fixture) => {
  const inside = await fixture.agent('laptop');
  await inside.ask('listen', { host: '::', port: 7 });
  outside = await fixture.agent('internet');
  await fixture.mooring.connect();
});

const session = { name: 'session', host: laptop.stable, port: 7, timeoutMs: 5000 };

for (const [from, to] of [
  ['wlan0', 'eth1'],
  ['eth1', 'wlan0'],
] as const) {
  test(`a TCP session from outside outlives the roam from ${from} to ${to} without loss`, async () => {
    await outside.ask('streamStart', session);
    await setTimeout(1000);
    await fixture.world.leave(from);
    const joined = await fixture.world.join(to);
    await setTimeout(3000);
    const result = await outside.ask('streamStop', { name: 'session', settleMs: 10_000 });
    assert.equal(result.error, undefined);
    assert.equal(result.lost, 0);
    assert.ok(result.received > 200, `only ${result.received} records came back`);
    // TCP's own back-off is part of this; the bench measures the path alone.
    const outage = outageAfter(result, joined);
    assert.ok(outage < 3000, `inbound came back ${outage.toFixed(0)} ms after the new route`);
    const status = await fixture.mooring.status();
    assert.equal(status.state, 'verified');
    assert.equal(status.underlay?.interface, to);
  });
}

test('inbound comes back at once after a roam in silence, which alone would never end', async () => {
  await setTimeout(20_000);
  await fixture.world.leave('wlan0');
  const joined = await fixture.world.join('eth1');
  const ask = { host: laptop.stable, port: 7, everyMs: 20, withinMs: 20_000 };
  const first = await outside.ask('until', ask);
  assert.ok(first.ok, first.error);
  assert.ok(first.at - joined < 3000, `after ${(first.at - joined).toFixed(0)} ms`);
});

test('Wi-Fi beside Ethernet: unplugging the one goes on over the other', async () => {
  await fixture.world.join('wlan0');
  await outside.ask('streamStart', session);
  await setTimeout(500);
  await fixture.world.leave('eth1');
  await setTimeout(3000);
  const result = await outside.ask('streamStop', { name: 'session', settleMs: 10_000 });
  assert.equal(result.error, undefined);
  assert.equal(result.lost, 0);
  assert.equal((await fixture.mooring.status()).underlay?.interface, 'wlan0');
});
