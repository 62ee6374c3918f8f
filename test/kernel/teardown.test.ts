import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Agent } from './world/agent-client.ts';
import { assertSame } from './world/compare.ts';
import { inWorld, test } from './world/fixture.ts';
import { RawClient } from './world/raw-client.ts';

// Whatever ends the tunnel, the machine is as before: links, addresses, routes, rules, nftables
// and every switch below net.ipv4 and net.ipv6.

let inside: Agent;
let untouched: string;
const fixture = inWorld({}, async (fixture) => {
  inside = await fixture.agent('laptop');
  // The helper runs already: running alone must change nothing either, which "down" below shows.
  untouched = await inside.snapshot();
  await fixture.mooring.importProfile();
});

test('down leaves the machine as before', async () => {
  await fixture.mooring.ensureHelper();
  await fixture.mooring.up();
  await fixture.mooring.down();
  assertSame(untouched, await inside.snapshot());
});

test('SIGTERM leaves the machine as before', async () => {
  await fixture.mooring.ensureHelper();
  await fixture.mooring.up();
  assert.equal(await fixture.mooring.stopHelper('SIGTERM'), 0);
  assertSame(untouched, await inside.snapshot());
  // What was wanted is still wanted by the next helper, as after a restart of the machine.
  await fixture.mooring.startHelper();
  await fixture.mooring.down();
  assertSame(untouched, await inside.snapshot());
});

test('after kill -9 while connected, the next helper and "down" leave the machine as before', async () => {
  await fixture.mooring.ensureHelper();
  await fixture.mooring.up();
  await fixture.mooring.stopHelper('SIGKILL');
  await fixture.mooring.startHelper();
  await fixture.mooring.down();
  assertSame(untouched, await inside.snapshot());
});

test('after kill -9 while connected, the next helper’s own end leaves the machine as before', async () => {
  await fixture.mooring.ensureHelper();
  await fixture.mooring.up();
  await fixture.mooring.stopHelper('SIGKILL');
  await fixture.mooring.startHelper();
  assert.equal(await fixture.mooring.stopHelper('SIGTERM'), 0);
  assertSame(untouched, await inside.snapshot());
  await fixture.mooring.startHelper();
  await fixture.mooring.down();
});

// What stands there when the helper dies is what the kernel was last told, so the moments are
// counted from the appearance of each link; together they fall into every step of bringing up.
const moments = [
  ...[0, 2, 5, 10, 20, 40].map((afterMs) => ({ link: 'mwg0', afterMs })),
  ...[0, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1280].map((afterMs) => ({ link: 'mtap0', afterMs })),
];

/** Without the command, whose start takes a second: the moments are counted in milliseconds. */
async function set(params: object): Promise<void> {
  const client = await RawClient.open(fixture.mooring.socketPath);
  const { error } = await client.call('set', params).finally(() => client.close());
  assert.equal(error, undefined, JSON.stringify(error));
}

for (const { link, afterMs } of moments) {
  test(`kill -9 ${afterMs} ms after ${link} appeared, then a restart`, async () => {
    await fixture.mooring.ensureHelper();
    // Of this test alone: what another has left behind is that one's failure.
    const before = await inside.snapshot();
    const killing = inside.ask('killWhen', {
      pid: fixture.mooring.pid,
      exists: `/sys/class/net/${link}`,
      afterMs,
      withinMs: 15_000,
    });
    // Its answer may get lost with the helper.
    await Promise.all([killing, set(fixture.mooring.desired()).catch(() => {})]);
    assert.ok((await killing).killed, `${link} never appeared`);
    await fixture.mooring.ended();
    await fixture.mooring.startHelper();
    // Time to adopt or clean what it found, before it is told that nothing is wanted.
    await setTimeout(300);
    await set({ desired: null });
    assertSame(before, await inside.snapshot());
  });
}
