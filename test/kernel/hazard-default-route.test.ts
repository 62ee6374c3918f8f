import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { hub, internet, laptop } from './world/addresses.ts';
import { type Fixture, inWorld, test } from './world/fixture.ts';

// Hazards 2 and 3 of the kernel facts: a rule for the stable address alone takes over all IPv6 of
// an IPv4-only laptop, and a rule with "not" takes over everything.

const inbound = { host: laptop.stable, port: 7, timeoutMs: 5000 };
const outbound = { host: internet.v6, port: 8, timeoutMs: 3000 };

async function listening(fixture: Fixture) {
  const [inside, outside] = await Promise.all([fixture.agent('laptop'), fixture.agent('internet')]);
  await inside.ask('listen', { host: '::', port: 7 });
  await outside.ask('listen', { host: '::', port: 8 });
  return { inside, outside };
}

describe('on an access without IPv6', () => {
  const fixture = inWorld();

  test('the laptop does not find IPv6 internet that it did not have', async () => {
    const { inside, outside } = await listening(fixture);
    await fixture.mooring.connect();
    const result = await inside.ask('connect', outbound);
    assert.equal(result.ok, false, 'its own IPv6 goes through the tunnel');
    assert.match(result.error ?? '', /ENETUNREACH/, 'and is not refused at once');
    assert.ok((await outside.ask('connect', inbound)).ok, 'inbound');
    const bound = await inside.ask('connect', { ...outbound, source: laptop.stable });
    assert.ok(bound.ok, `from the stable address, when asked for: ${bound.error}`);
  });
});

describe('on an access with IPv6 whose provider drops foreign sources', () => {
  const fixture = inWorld({ nativeIpv6: true });

  test('own IPv6 stays native and replies from the stable address take the tunnel', async () => {
    const { inside, outside } = await listening(fixture);
    await fixture.mooring.connect();
    const way = await inside.sh(`ip -6 route get ${internet.v6}`);
    assert.match(way, /dev wlan0 .*src 2001:db8:a::50/);
    assert.ok((await inside.ask('connect', outbound)).ok, 'outbound');
    assert.ok((await outside.ask('connect', inbound)).ok, 'inbound');
    assert.doesNotMatch(await inside.sh('ip -4 rule; ip -6 rule'), /\bnot\b/);
    await fixture.mooring.down();
  });

  test('an endpoint inside the hub’s own prefix does not send the tunnel into itself', async () => {
    // The servers of the test before stand already.
    const [inside, outside] = await Promise.all([
      fixture.agent('laptop'),
      fixture.agent('internet'),
    ]);
    await fixture.mooring.connect({ endpoint: `[${hub.bridge6}]:${hub.port}` });
    await outside.ask('streamStart', { name: 'loop', ...inbound });
    // Long enough for the neighbour entry to fail if the outer packets took the tap.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const result = await outside.ask('streamStop', { name: 'loop', settleMs: 5000 });
    assert.equal(result.error, undefined);
    assert.equal(result.lost, 0);
    assert.ok((await inside.ask('connect', outbound)).ok, 'its own IPv6');
    await fixture.mooring.down();
  });
});
