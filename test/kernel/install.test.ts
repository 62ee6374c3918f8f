import assert from 'node:assert/strict';
import { chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { laptop } from './world/addresses.ts';
import type { Agent } from './world/agent-client.ts';
import { assertSame } from './world/compare.ts';
import { inWorld, keepLog } from './world/fixture.ts';
import { Systemd } from './world/nested-systemd.ts';
import { polkitAnswers, startPolkit } from './world/polkit.ts';

// The helper as a person has it: installed, under a real systemd and the unit's hardening.

const operator = 1000;
const configOf = (uid: number) => fixture.mooring.environmentOf(uid).XDG_CONFIG_HOME;

let systemd: Systemd;
let inside: Agent;
let untouched: string;
// Before the world's own hook, which takes the laptop's processes and files away.
after(async () => {
  keepLog(systemd.helperLog);
  await systemd.end();
});
const fixture = inWorld({}, async (fixture) => {
  await fixture.mooring.stopHelper();
  fixture.mooring.profileFile('home');
  mkdirSync(configOf(operator));
  chownSync(configOf(operator), operator, operator);
  Systemd.prepare();
  [systemd, inside] = await Promise.all([
    Systemd.boot(),
    fixture.agent('laptop'),
    fixture.agent('internet'),
  ]);
  await inside.ask('listen', { host: '::', port: 7 });
  untouched = await inside.snapshot();
});
const helper = () => join(fixture.mooring.program, '../mooring-helper');

/** The command, on the machine that systemd runs, with the socket where the unit has it. */
function cli(args: readonly string[], uid = operator) {
  const env = {
    XDG_CONFIG_HOME: fixture.mooring.environmentOf(uid).XDG_CONFIG_HOME,
    NO_COLOR: '1',
  };
  return systemd.run([process.execPath, fixture.mooring.program, ...args], { uid, env });
}

const ours = '/usr/local/libexec /etc/mooring /etc/systemd/system /var/lib/mooring /run/mooring';
const files = async () =>
  (await systemd.sh(`find ${ours} 2>/dev/null | sort || true`)).trim().split('\n');
const mainPid = async () =>
  Number(await systemd.sh('systemctl show --property MainPID --value mooring-helper'));

/** Also which files they are and when they were written. */
const installation = () =>
  systemd.sh(`systemctl show --property MainPID --property ActiveEnterTimestampMonotonic mooring-helper
find ${ours} ! -name 'helper.sock' -printf '%p %i %m %u:%g %s %T@\\n' | sort`);

async function reached(what: string): Promise<void> {
  const ask = { host: laptop.stable, port: 7, everyMs: 100, withinMs: 20_000 };
  const result = await (await fixture.agent('internet')).ask('until', ask);
  assert.ok(result.ok, `${what}: ${result.error}\n${systemd.helperLog}`);
}

test('refused: an ordinary user, a user that does not exist; nothing is written', async () => {
  const before = await files();
  const notRoot = await systemd.run([helper(), 'install', '--operator', '1000'], { uid: operator });
  assert.deepEqual([notRoot.status, notRoot.stdout], [4, '']);
  assert.match(notRoot.stderr, /^mooring-helper: not-root: .*user 1000/);
  const unknown = await systemd.run([helper(), 'install', '--operator', '4711']);
  assert.deepEqual([unknown.status, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /^mooring-helper: unknown-user: .*"4711"/);
  assert.deepEqual(await files(), before);
});

test('installed by the command, started, and started with the machine', async () => {
  const { status, stdout, stderr } = await cli(['helper', 'install', '--operator', '1000'], 0);
  assert.equal(status, 0, stderr + systemd.helperLog);
  assert.match(stdout, /started the helper/);
  const states = 'systemctl is-active mooring-helper; systemctl is-enabled mooring-helper';
  assert.equal(await systemd.sh(states), 'active\nenabled\n');
});

test('the tunnel works under the hardening', async () => {
  const imported = await cli([
    'profile',
    'import',
    '--name',
    'home',
    '/run/world/mooring-laptop/home.conf',
  ]);
  assert.equal(imported.status, 0, imported.stderr);
  const up = await cli(['up', 'home']);
  assert.equal(up.status, 0, up.stderr + systemd.helperLog);
  await reached('connected');
});

test('so does a tunnel that the helper carries itself, by the one device that the unit lets it open', async () => {
  const profile = join(configOf(operator), 'mooring/profiles/home.json');
  const engine = (kind: string) =>
    writeFileSync(
      profile,
      readFileSync(profile, 'utf8').replace(/"engine": *"[a-z]+"/, `"engine": "${kind}"`),
    );
  try {
    engine('userspace');
    const up = await cli(['up', 'home']);
    assert.equal(up.status, 0, up.stderr + systemd.helperLog);
    const { stdout } = await cli(['status', '--json']);
    assert.equal(JSON.parse(stdout).profiles[0].engine, 'userspace', stdout);
    await reached('carried by the helper');
  } finally {
    engine('auto');
  }
  const up = await cli(['up', 'home']);
  assert.equal(up.status, 0, up.stderr + systemd.helperLog);
  await reached('carried by the kernel again');
});

test('the hardening holds', async () => {
  const pid = await mainPid();
  const said = await systemd.sh(`
grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/${pid}/status
for path in etc usr var/lib run run/systemd/system dev sys/fs/cgroup home; do
  ! touch /proc/${pid}/root/$path/x 2>/dev/null || echo "wrote $path"
done
for name in kernel/panic net/ipv4/ip_forward; do
  value=$(cat /proc/${pid}/root/proc/sys/$name)
  ! { echo $value >/proc/${pid}/root/proc/sys/$name; } 2>/dev/null || echo "wrote $name"
done
! nsenter --target ${pid} --mount /usr/bin/true 2>/dev/null || echo 'ran a program'
! [ -r /proc/${pid}/root/run/systemd/private ] || stat -c 'private is %a' /proc/${pid}/root/run/systemd/private
stat -c '%n %a %U' /run/mooring /run/mooring/helper.sock /var/lib/mooring /var/lib/mooring/keys`);
  assert.deepEqual(said.replaceAll('\t', ' ').trim().split('\n'), [
    'CapEff: 0000000000003000', // CAP_NET_ADMIN and CAP_NET_RAW
    'CapBnd: 0000000000003000',
    'NoNewPrivs: 1',
    'Seccomp: 2',
    'private is 0',
    '/run/mooring 755 root',
    '/run/mooring/helper.sock 666 root',
    '/var/lib/mooring 700 root',
    '/var/lib/mooring/keys 700 root',
  ]);
});

test('again: already installed, and nothing has changed', async () => {
  const before = await installation();
  const { status, stdout, stderr } = await systemd.run([helper(), 'install', '--operator', '1000']);
  assert.deepEqual([status, stdout, stderr], [0, 'already installed\n', '']);
  assert.equal(await installation(), before);
});

test('after kill -9 systemd starts it again, and the tunnel is back', async () => {
  const killed = await mainPid();
  await systemd.sh(
    `kill -9 ${killed}; while [ $(systemctl is-active mooring-helper) != active ]; do sleep 0.2; done`,
  );
  assert.notEqual(await mainPid(), killed);
  await reached('killed');
});

test('a stop leaves the machine as before, and the next start of the machine brings the tunnel back', async () => {
  await systemd.sh('systemctl stop mooring-helper');
  assertSame(untouched, await inside.snapshot());
  await systemd.end();
  systemd = await Systemd.boot();
  await reached('booted');
});

test('uninstalled, with a helper that is broken: the machine is as before, and the key alone is left', async () => {
  await systemd.sh(
    `chmod -x /usr/local/libexec/mooring/mooring-helper; kill -9 ${await mainPid()}`,
  );
  const { status, stdout, stderr } = await cli(['helper', 'uninstall'], 0);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /kept \/var\/lib\/mooring\/keys/);
  assertSame(untouched, await inside.snapshot());
  const [units, state, keys, key, ...rest] = await files();
  assert.deepEqual(
    [units, state, keys, rest],
    ['/etc/systemd/system', '/var/lib/mooring', '/var/lib/mooring/keys', []],
  );
  assert.match(key ?? '', /^\/var\/lib\/mooring\/keys\/[0-9a-f]{64}\.json$/);
  const unit = await systemd.sh('systemctl show --property LoadState --value mooring-helper');
  assert.equal(unit, 'not-found\n');
  const again = await systemd.run([helper(), 'uninstall']);
  assert.deepEqual([again.status, again.stderr], [0, '']);
  assert.match(again.stdout, /^kept .*\nnothing is installed\n$/);
});

test('the app installs and removes it by sudo-prompt, if polkit says yes', async () => {
  // Copied to where an ordinary user may read.
  const program = '/run/world/elevate.cjs';
  copyFileSync(process.env.MOORING_TEST_ELEVATE ?? '', program);
  const elevate = async (...buttons: readonly string[]) => {
    const node = ['env', '-i', 'PATH=/usr/bin:/bin', process.execPath];
    const argv = [...node, program, helper(), String(operator), ...buttons];
    const { status, stdout, stderr } = await systemd.run(argv, { uid: operator });
    assert.equal(status, 0, stderr);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  await startPolkit(systemd);
  await polkitAnswers(systemd, 'ask');
  const [asked] = await elevate('install');
  assert.equal(asked.error?.name, 'no-agent', JSON.stringify(asked));
  await polkitAnswers(systemd, 'YES');
  // The first has waited until the helper greeted.
  assert.deepEqual(await elevate('install', 'uninstall'), [{ ok: true }, { ok: true }]);
});
