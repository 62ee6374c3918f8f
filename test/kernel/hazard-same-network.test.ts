import assert from 'node:assert/strict';
import { hub, laptop } from './world/addresses.ts';
import { inWorld, test } from './world/fixture.ts';

// Hazard 5 of the kernel facts: the Wi-Fi uses 172.16.0.0/24 too.

const fixture = inWorld({ wifiLan: '172.16.0' });

test('a Wi-Fi that uses the tunnel’s own network does not get to see the tunnel’s packets, and the tunnel works', async () => {
  const inside = await fixture.agent('laptop');
  await inside.ask('listen', { host: '::', port: 7 });
  await fixture.mooring.connect();
  const ask = { host: laptop.stable, port: 7, timeoutMs: 5000 };
  const result = await (await fixture.agent('internet')).ask('connect', ask);
  assert.ok(result.ok, result.error);
  const neighbours = await inside.sh('ip neigh show dev wlan0');
  assert.ok(!neighbours.includes(`${hub.tunnel4} `), `asked the Wi-Fi for the hub: ${neighbours}`);
  const gateway = fixture.world.accesses.wlan0.gateway;
  const direct = await inside.ask('connect', { host: gateway, port: 1, timeoutMs: 2000 });
  assert.match(direct.error ?? '', /ECONNREFUSED/, 'the Wi-Fi’s gateway does not answer');
  await fixture.mooring.down();
});
