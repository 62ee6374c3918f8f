import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { laptop } from './world/addresses.ts';
import { inWorld } from './world/fixture.ts';

// Hazard 7 of the kernel facts, with the real systemd-networkd: whenever it configures a link of its
// own it deletes the policy rules of others.

const fixture = inWorld();

/** networkd gives up root for this user, which a machine without systemd does not have. */
function needUser(): void {
  if (readFileSync('/etc/passwd', 'utf8').includes('systemd-network:')) return;
  appendFileSync('/etc/passwd', 'systemd-network:x:992:992::/:/usr/sbin/nologin\n');
  appendFileSync('/etc/group', 'systemd-network:x:992:\n');
}

// Without udev networkd waits for ever for its links; a read-only /sys tells it that there is none.
const start = `mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown -R systemd-network:systemd-network /run/systemd/netif
mount -o remount,bind,ro /sys
exec /usr/lib/systemd/systemd-networkd`;

let networkd: ReturnType<typeof spawn> | undefined;
let networkdLog = '';
after(() => {
  networkd?.kill('SIGKILL');
  rmSync('/run/systemd/network', { recursive: true, force: true });
});

async function startNetworkd(): Promise<void> {
  needUser();
  mkdirSync('/run/systemd/network', { recursive: true });
  // The Wi-Fi stays with the world: networkd 252 spins when an address of its own is there already.
  const text = '[Match]\nName=usb0\n[Network]\nAddress=10.3.0.50/24\n';
  writeFileSync('/run/systemd/network/usb0.network', text);
  networkd = spawn('ip', ['netns', 'exec', 'laptop', 'sh', '-ec', start], {
    env: { ...process.env, SYSTEMD_LOG_LEVEL: 'info', SYSTEMD_LOG_TARGET: 'console' },
  });
  networkd.stderr?.setEncoding('utf8').on('data', (text) => {
    networkdLog += text;
  });
  for (let i = 0; i < 200 && !networkdLog.includes('Enumeration completed'); i++) {
    await setTimeout(100);
  }
  assert.match(networkdLog, /Enumeration completed/, 'networkd does not run');
}

test('a phone is plugged in: systemd-networkd deletes other rules, the tunnel stays', async () => {
  const inside = await fixture.agent('laptop');
  await inside.ask('listen', { host: '::', port: 7 });
  await startNetworkd();
  await fixture.mooring.connect();
  const ourRules = async () =>
    (await inside.sh('ip -6 rule')).split('\n').filter((line) => /^47[5-9]\d:/.test(line));
  const before = await ourRules();
  assert.ok(before.length >= 4, 'the tunnel has its rules');

  // The rule of somebody else shows that networkd does what this test is about.
  await inside.sh('ip rule add pref 9000 from 10.99.0.1 lookup main');
  await inside.sh('ip link add usb0 type veth peer name phone; ip link set phone up');
  const gone =
    'for i in $(seq 150); do ip rule | grep -q 10.99.0.1 || exit 0; sleep 0.1; done; exit 1';
  await inside.sh(gone).catch(() => assert.fail(`networkd left the rule alone:\n${networkdLog}`));
  // It goes on for a moment after its first rule.
  await setTimeout(2000);

  assert.deepEqual(await ourRules(), before);
  const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 10_000 };
  const result = await (await fixture.agent('internet')).ask('until', ask);
  assert.ok(result.ok, result.error);
});
