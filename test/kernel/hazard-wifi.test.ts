import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hub, laptop } from './world/addresses.ts';
import type { Agent } from './world/agent-client.ts';
import { inWorld } from './world/fixture.ts';
import { shellConnect, shellDisconnect } from './world/shell-laptop.ts';

// Hazard 4 of the kernel facts: what others on the same Wi-Fi can do to the kernel's tap. The engine of userspace has
// none that a packet could reach without WireGuard.

/** Frames in plain GRE as if they came from the hub: only the kernel's own tunnel is needed. */
const forge = (wifi: string) => `
ip addr add ${hub.tunnel4}/32 dev lo
ip route add ${laptop.tunnel4}/32 via ${wifi} dev eth0
ip link add evil address 02:00:00:00:ba:d0 type gretap local ${hub.tunnel4} remote ${laptop.tunnel4}
ip link set evil up
ip addr add 2001:db8::bad/64 dev evil nodad
ip neigh add ${laptop.stable} lladdr ${laptop.mac} dev evil`;

const shots = 10;
const shoot = `bash -c 'for i in $(seq ${shots}); do echo x >/dev/udp/${laptop.stable}/9999; done'`;

/** Datagrams to a closed port: nothing else in the world makes this counter move. */
async function arrived(inside: Agent): Promise<number> {
  const text = await inside.sh('grep -w Udp6NoPorts /proc/net/snmp6');
  return Number(text.trim().split(/\s+/)[1]);
}

const fixture = inWorld();

test('plain GRE from somebody on the Wi-Fi reaches the tap of the bare shell commands, and not ours', async () => {
  const inside = await fixture.agent('laptop');
  const mallory = await fixture.agent('mallory');
  await fixture.world.admitMallory();
  await mallory.sh(forge(fixture.world.accesses.wlan0.address));
  const { keys } = fixture.world;
  const attack = async () => {
    const before = await arrived(inside);
    await mallory.sh(shoot);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await arrived(inside)) - before;
  };

  // Without this the test could pass because the attack does not work at all.
  await inside.sh(shellConnect({ keys: keys.laptop, hubPublicKey: keys.hub.publicKey }));
  const wait = `for i in $(seq 100); do ip -6 addr show dev gretap_linode -tentative | grep -q ${laptop.stable} && break; sleep 0.1; done`;
  await inside.sh(wait);
  assert.ok((await attack()) > 0, 'the forged frames do not arrive anywhere');
  await inside.sh(shellDisconnect);

  await fixture.mooring.connect();
  assert.equal(await attack(), 0, 'forged frames came in');
  await inside.sh('echo 2 >/proc/sys/net/ipv4/conf/all/rp_filter');
  assert.equal(await attack(), 0, 'forged frames came in with the loose rp_filter of systemd');
});
