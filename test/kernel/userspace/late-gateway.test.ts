import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { laptop } from '../world/addresses.ts';
import { inWorld, test } from '../world/fixture.ts';

// What is sent while the new network's gateway is being found waits in the kernel, and then reaches the hub all at
// once: two handshakes that come so undo each other, and WireGuard itself would try again only after 5 s. The kernel
// engine starts but one.

const fixture = inWorld({}, async (fixture) => {
  await (await fixture.agent('laptop')).ask('listen', { host: '::', port: 7 });
  await fixture.mooring.connect();
});

// The kernel asks for the gateway each second, so that it is found at the first or at the second after the roam.
for (const [from, to, router, late] of [
  ['wlan0', 'eth1', 'natB', 700],
  ['eth1', 'wlan0', 'natA', 1500],
] as const)
  test(`a gateway that answers ${late} ms late does not cost another handshake’s wait`, async () => {
    await setTimeout(6000); // the last handshake is too old to hold the next one back
    const gateway = await fixture.agent(router);
    await fixture.world.leave(from);
    await gateway.sh('ip link set br-lan arp off');
    const joined = await fixture.world.join(to);
    await setTimeout(late);
    await gateway.sh('ip link set br-lan arp on');
    const ask = { host: laptop.stable, port: 7, everyMs: 20, withinMs: 20_000 };
    const first = await (await fixture.agent('internet')).ask('until', ask);
    assert.ok(first.ok, first.error);
    const outage = first.at - joined;
    assert.ok(outage > late, 'the gateway was there all the time');
    assert.ok(outage < 4500, `inbound came back ${outage.toFixed(0)} ms after the new route`);
  });
