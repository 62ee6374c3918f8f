import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { internet, laptop, laptop2 } from './world/addresses.ts';
import { assertSame } from './world/compare.ts';
import { inWorld } from './world/fixture.ts';
import { sendFrames } from './world/frames.ts';
import type { Kind } from './world/kind.ts';
import { shellConnect } from './world/shell-laptop.ts';

// Both engines speak one language: each laptop with each hub that is not its own kind, on a real kernel. The other
// laptop has the shell commands of its owner's notes.

const worlds: readonly { what: string; kind: Kind; pinned?: boolean }[] = [
  {
    what: 'the userspace engine and the hub of its owner’s commands',
    kind: { engine: 'userspace', hub: 'commands' },
  },
  {
    what: 'the kernel engine and mooring-hub with the userspace engine',
    kind: { engine: 'kernel', hub: 'userspace' },
    pinned: true,
  },
  {
    what: 'the userspace engine and mooring-hub with the kernel engine',
    kind: { engine: 'userspace', hub: 'kernel' },
    pinned: true,
  },
];

for (const { what, kind, pinned = false } of worlds)
  describe(what, () => {
    let hubBefore = '';
    let laptopBefore = '';
    const fixture = inWorld({ kind, pinned, hubLater: true }, async (fixture) => {
      const [hub, inside] = await Promise.all([fixture.agent('hub'), fixture.agent('laptop')]);
      // A link that never was up shows in every later comparison.
      await hub.sh('ip link set lan0 up; ip link set lan0 down');
      [hubBefore, laptopBefore] = await Promise.all([hub.snapshot(), inside.snapshot()]);
      await fixture.world.hub.up();
      for (const ns of ['laptop', 'laptop2', 'internet', 'member'] as const)
        await (await fixture.agent(ns)).ask('listen', { host: '::', port: 7 });
    });

    test('connects, and TCP goes both ways with the internet and with the LAN', async () => {
      await fixture.mooring.connect();
      const status = await fixture.mooring.status();
      assert.equal(status.engine, kind.engine);
      for (const ns of ['internet', 'member'] as const) {
        const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 10_000 };
        const result = await (await fixture.agent(ns)).ask('until', ask);
        assert.ok(result.ok, `from ${ns}: ${result.error}`);
      }
      const out = { host: internet.v6, port: 7, source: laptop.stable, timeoutMs: 5000 };
      const result = await (await fixture.agent('laptop')).ask('connect', out);
      assert.ok(result.ok, `to the internet: ${result.error}`);
    });

    const cable = { ns: 'member', iface: 'eth0' } as const;
    const tap = { ns: 'laptop', iface: 'mtap0' } as const;
    for (const [from, to] of [
      [tap, cable],
      [cable, tap],
    ] as const)
      test(`frames of every kind go from ${from.ns} to ${to.ns} as they are`, async () => {
        const answers = await sendFrames(from, to);
        // The notes' GRETAP forbids fragments, so a tag on top of a full frame does not fit through it.
        const tooMuch = (frame: string) =>
          kind.hub === 'commands' && from === cable && frame.startsWith('VLAN tag, as long as');
        const bad = answers.filter(({ frame, ok }) => !ok && !tooMuch(frame));
        assert.deepEqual(bad, []);
        assert.ok(answers.length > 15, 'the suite was not sent whole');
      });

    test('a laptop by shell commands joins the same hub, and both reach each other', async () => {
      const { keys } = fixture.world;
      await fixture.world.admitLaptop2();
      const other = await fixture.agent('laptop2');
      const { mac, tunnel4 } = laptop2;
      const me = { keys: keys.laptop2, hubPublicKey: keys.hub.publicKey, mac, tunnel4 };
      await other.sh(shellConnect(me));
      const within = { port: 7, everyMs: 100, withinMs: 20_000 };
      const there = await other.ask('until', { ...within, host: laptop.stable });
      assert.ok(there.ok, `from the other: ${there.error}`);
      const inside = await fixture.agent('laptop');
      const back = { ...within, host: laptop2.stable, source: laptop.stable };
      const result = await inside.ask('until', back);
      assert.ok(result.ok, `to the other: ${result.error}`);
    });

    if (kind.hub !== 'commands')
      test('a port that someone deletes at the hub is made anew', async () => {
        await (await fixture.agent('hub')).sh('ip link del gretap_laptop');
        const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 10_000 };
        const result = await (await fixture.agent('member')).ask('until', ask);
        assert.ok(result.ok, `from the LAN: ${result.error}`);
      });

    test('the laptop is as before after down, and the hub after its end', async () => {
      await fixture.mooring.down();
      assertSame(laptopBefore, await (await fixture.agent('laptop')).snapshot());
      if (kind.hub === 'commands') return;
      await fixture.world.hub.close();
      const hub = await fixture.agent('hub');
      assertSame(hubBefore, await hub.snapshot(), ['net/ipv4/conf/all/send_redirects']);
    });
  });
