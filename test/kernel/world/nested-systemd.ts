import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type Ended, execute, type ShellOptions } from './shell.ts';

const home = '/run/world/systemd';
const group = 'mooring-test';

/*
 * A real systemd as the first process of a process and mount namespace, in the laptop's network. It sees the machine's
 * files, but an /etc/systemd/system, /usr/local/libexec and /var of its own, which outlive it as disks outlive a
 * reboot, and no unit but those below: nothing of the machine's own is started.
 */
const outer = `
mount -t cgroup2 cgroup /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/${group}
echo 0 >/sys/fs/cgroup/${group}/cgroup.procs
exec unshare --mount --pid --cgroup --fork --kill-child sh -ec "$1"`;

const inner = `
mount -t proc proc /proc
umount /sys/fs/cgroup
mount -t cgroup2 cgroup /sys/fs/cgroup
mount --bind ${home}/units /etc/systemd/system
mount --bind ${home}/var /var
for path in /usr/local/*; do
  mkdir -p ${home}/local/\${path##*/}
  [ $path = /usr/local/libexec ] || mount --rbind $path ${home}/local/\${path##*/}
done
rmdir ${home}/local/libexec 2>/dev/null || true
mount --rbind ${home}/local /usr/local
mkdir ${home}/run
mount -t tmpfs -o mode=755 run ${home}/run
mkdir ${home}/run/world ${home}/run/guest
mount --rbind /run/world ${home}/run/world
mount --rbind /run/guest ${home}/run/guest
mount --no-mtab --move ${home}/run /run
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_LOG_TARGET=console \
  SYSTEMD_UNIT_PATH=/etc/systemd/system:${home}/lib /usr/lib/systemd/systemd --unit=multi-user.target`;

const emptyUnit = '[Unit]\nDefaultDependencies=no\n';
const targets = ['sysinit', 'basic', 'network-pre', 'multi-user', 'shutdown', 'umount'];

export class Systemd {
  readonly #process: ChildProcess;
  #log = '';
  #pid: number | undefined;

  private constructor(process: ChildProcess) {
    this.#process = process;
    const keep = (text: string) => {
      this.#log += text;
    };
    process.stdout?.setEncoding('utf8').on('data', keep);
    process.stderr?.setEncoding('utf8').on('data', keep);
  }

  /** A machine that was never booted. */
  static prepare(): void {
    rmSync(home, { recursive: true, force: true });
    for (const dir of ['units', 'local', 'var/lib', 'var/tmp', 'lib/mooring-helper.service.d'])
      mkdirSync(`${home}/${dir}`, { recursive: true, mode: 0o755 });
    symlinkSync('/run', `${home}/var/run`);
    mkdirSync('/etc/systemd/system', { recursive: true });
    // Another installation on this machine shows through to here.
    rmSync('/etc/mooring', { recursive: true, force: true });
    for (const target of targets) writeFileSync(`${home}/lib/${target}.target`, emptyUnit);
    const log = `[Service]\nStandardError=append:${home}/helper.log\n`;
    writeFileSync(`${home}/lib/mooring-helper.service.d/log.conf`, log);
    if (!/^[^:]*:[^:]*:1000:/m.test(readFileSync('/etc/passwd', 'utf8')))
      appendFileSync('/etc/passwd', 'tester:x:1000:1000::/:/usr/sbin/nologin\n');
  }

  static async boot(): Promise<Systemd> {
    rmSync(`${home}/run`, { recursive: true, force: true });
    const script = ['sh', '-ec', outer, 'outer', inner];
    const child = spawn('ip', ['netns', 'exec', 'laptop', ...script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const systemd = new Systemd(child);
    await systemd.#booted(child);
    return systemd;
  }

  async #booted(child: ChildProcess): Promise<void> {
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    for (let i = 0; i < 300 && existsSync(children); i++) {
      await setTimeout(100);
      const pid = Number(await readFile(children, 'utf8').catch(() => ''));
      if (pid > 0 && existsSync(`/proc/${pid}/root/run/systemd/private`)) {
        this.#pid = pid;
        return;
      }
    }
    throw new Error(`systemd does not boot:\n${this.#log}`);
  }

  /** What the helper's unit has logged. */
  get helperLog(): string {
    return existsSync(`${home}/helper.log`) ? readFileSync(`${home}/helper.log`, 'utf8') : '';
  }

  /** Runs a program on this machine, as root or as another user. */
  run(argv: readonly string[], { uid, ...options }: ShellOptions = {}): Promise<Ended> {
    const who = uid === undefined ? [] : ['--setuid', String(uid), '--setgid', String(uid)];
    const where = ['--mount', '--pid', '--cgroup', '--net', '--root', '--wd'];
    const enter = ['nsenter', '--target', String(this.#pid), ...where, ...who, '--'];
    return execute([...enter, ...argv], { timeoutMs: 60_000, ...options });
  }

  /** Runs a script as root; throws when it fails. */
  async sh(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.run(['sh', '-ec', script]);
    if (status !== 0) throw new Error(`script ended with ${status}: ${stderr}\n${this.helperLog}`);
    return stdout;
  }

  /** The power goes; whoever wants services to end properly stops them before. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}
