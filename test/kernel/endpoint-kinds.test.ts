import assert from 'node:assert/strict';
import { hub, laptop } from './world/addresses.ts';
import { inWorld, test } from './world/fixture.ts';

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
    if ('host' in one) {
      fixture.world.setHosts('laptop', one.host);
      // Go reads a hosts file again only after 5 s, which is longer than a test of the userspace engine takes.
      await fixture.mooring.stopHelper();
      await fixture.mooring.startHelper();
    }
    await fixture.mooring.connect({ endpoint: one.endpoint });
    const ask = { host: laptop.stable, port: 7, timeoutMs: 5000 };
    const result = await (await fixture.agent('internet')).ask('connect', ask);
    assert.ok(result.ok, result.error);
    const expected = 'peer' in one ? one.peer : one.host.includes(':') ? `[${one.host}]` : one.host;
    assert.equal((await fixture.mooring.status()).endpoint, `${expected}:${hub.port}`);
    await fixture.mooring.down();
  });
}
