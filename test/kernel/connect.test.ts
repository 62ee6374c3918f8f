import assert from 'node:assert/strict';
import { laptop, prefix } from './world/addresses.ts';
import type { Agent } from './world/agent-client.ts';
import { inWorld, test } from './world/fixture.ts';
import { kindOfRun } from './world/kind.ts';

// Connect from nothing, with the profile a person imports, and see what is there then.

let inside: Agent;
const fixture = inWorld({}, async (fixture) => {
  inside = await fixture.agent('laptop');
  await inside.ask('listen', { host: '::', port: 7 });
  await fixture.mooring.importProfile();
  await fixture.world.memberSettled();
});

test('the stable address is known before the first connection', async () => {
  const { status, stdout } = await fixture.mooring.cli(['address', 'home']);
  assert.equal(status, 0);
  assert.equal(stdout, `${laptop.stable}\n`);
});

test('up ends well once traffic is verified, and status says so', async () => {
  await fixture.mooring.up();
  const status = await fixture.mooring.status();
  assert.equal(status.state, 'verified');
  assert.equal(status.engine, fixture.world.kind.engine);
  assert.equal(status.address, laptop.stable);
  assert.equal(status.mac, laptop.mac);
  assert.equal(status.underlay?.interface, 'wlan0');
  assert.equal(status.underlay?.address, fixture.world.accesses.wlan0.address);
  assert.equal(status.reachability?.link.ok, true, 'the hub over WireGuard');
  assert.equal(status.reachability?.ethernet.ok, true, 'the hub over Ethernet');
});

test('the internet host and a device on the bridge reach the stable address over TCP', async () => {
  const ask = { host: laptop.stable, port: 7, timeoutMs: 5000 };
  for (const ns of ['internet', 'member'] as const) {
    const result = await (await fixture.agent(ns)).ask('connect', ask);
    assert.ok(result.ok, `from ${ns}: ${result.error}`);
  }
});

test('the links have the pinned MAC and the right MTU', async () => {
  const links = await inside.sh('ip -d link show mtap0; ip -d link show mwg0');
  assert.match(links, /mtap0@?\S*: .* mtu 1382 /);
  assert.match(links, new RegExp(`link/ether ${laptop.mac} `));
  assert.match(links, /mwg0: .* mtu 1420 /);
});

if (kindOfRun().engine === 'kernel') {
  test('the kernel’s tap is as the hub’s, on the link, and has no tx checksum offload', async () => {
    const text = await inside.sh('ip -d link show mtap0; ethtool -k mtap0');
    assert.match(
      text,
      /gretap remote 172\.16\.0\.1 local 172\.16\.0\.2 dev mwg0 ttl 225 nopmtudisc/,
    );
    assert.match(text, /ignore-df/);
    assert.match(text, /tx-checksum-ip-generic: off/);
  });
}

test('the stable address is the prefix and the MAC, past DAD, and no other came with it', async () => {
  // DAD takes a second after the address is there; it must end, and well.
  const wait =
    'for i in $(seq 40); do ip -6 addr show dev mtap0 tentative | grep -q inet6 || break; sleep 0.1; done';
  const text = await inside.sh(`${wait}; ip -6 addr show dev mtap0`);
  assert.doesNotMatch(text, /tentative|dadfailed/);
  assert.match(text, new RegExp(`inet6 ${laptop.stable}/`));
  assert.match(text, new RegExp(`inet6 ${laptop.linkLocal}/64`));
  const inPrefix = text.match(new RegExp(`inet6 ${prefix.replace('::/64', '')}:`, 'g'));
  assert.equal(inPrefix?.length, 1, text);
});

test('up a second time changes nothing', async () => {
  const before = await inside.sh(
    'ip -br link; ip -br addr; ip -6 rule; ip -6 route show table all',
  );
  await fixture.mooring.up();
  const after = await inside.sh('ip -br link; ip -br addr; ip -6 rule; ip -6 route show table all');
  const steady = (text: string) => text.replaceAll(/expires \d+sec/g, '');
  assert.equal(steady(after), steady(before));
});
