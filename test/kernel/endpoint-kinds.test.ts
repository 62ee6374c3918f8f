import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hub, laptop } from './world/addresses.ts';
import { inWorld } from './world/fixture.ts';

// The hub's endpoint may be an IPv4 address (every other test), an IPv6 address, or a name.

const fixture = inWorld({ nativeIpv6: true }, async (fixture) => {
  await (await fixture.agent('laptop')).ask('listen', { host: '::', port: 7 });
});

const kinds = [
  { kind: 'an IPv6 address', endpoint: `[${hub.wan6}]:${hub.port}`, peer: `[${hub.wan6}]` },
  { kind: 'a name with an IPv4 address', endpoint: `${hub.name}:${hub.port}`, host: hub.wan4 },
  { kind: 'a name with an IPv6 address', endpoint: `${hub.name}:${hub.port}`, host: hub.wan6 },
] as const;

for (const one of kinds) {
  test(`the endpoint is ${one.kind}`, async () => {
    if ('host' in one) fixture.world.setHosts('laptop', one.host);
    await fixture.mooring.connect({ endpoint: one.endpoint });
    const ask = { host: laptop.stable, port: 7, timeoutMs: 5000 };
    const result = await (await fixture.agent('internet')).ask('connect', ask);
    assert.ok(result.ok, result.error);
    const expected = 'peer' in one ? one.peer : one.host.includes(':') ? `[${one.host}]` : one.host;
    const endpoints = await (await fixture.agent('laptop')).sh('wg show mwg0 endpoints');
    assert.ok(endpoints.includes(`${expected}:${hub.port}`), endpoints);
    await fixture.mooring.down();
  });
}
