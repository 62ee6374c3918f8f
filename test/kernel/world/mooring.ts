import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SetParams, Tunnel } from '../../../src-shared/helper-protocol/requests.ts';
import { hub, laptop, prefix } from './addresses.ts';
import { type Ended, execute } from './shell.ts';
import type { World } from './world.ts';

export interface ProfileOptions {
  readonly endpoint?: string;
  readonly mac?: string;
  /** Lines that replace or follow those of a good file, for the tests of bad input. */
  readonly edit?: (text: string) => string;
}

export interface CliOptions {
  readonly uid?: number;
  readonly timeoutMs?: number;
}

/** What `mooring status --json` says of one profile, as far as the tests look. */
export interface ProfileStatus {
  readonly name: string;
  readonly state: string;
  readonly address?: string;
  readonly mac?: string;
  readonly endpoint?: string;
  readonly underlay?: { readonly interface: string; readonly address: string };
  readonly reachability?: Record<'link' | 'ethernet' | 'internet', { ok: boolean; rttMs?: number }>;
}

const home = '/run/world/mooring';
export const socketPath = `${home}/run/helper.sock`;
const stateDir = `${home}/state`;

/** What makes the command find this helper and the profiles of a user. */
export const environmentOf = (uid: number) => ({
  MOORING_SOCKET: socketPath,
  XDG_CONFIG_HOME: `${home}/config-${uid}`,
});

/** The built programs, as a person has them: the real helper and the real command. */
export class Mooring {
  readonly #world: World;
  readonly #bin: string;
  readonly #logLevel: string;
  #helper: ChildProcess | undefined;
  #log = '';

  private constructor(world: World, bin: string, logLevel: string) {
    this.#world = world;
    this.#bin = bin;
    this.#logLevel = logLevel;
  }

  static async start(world: World, logLevel: 'debug' | 'info' = 'debug'): Promise<Mooring> {
    const built = process.env.MOORING_BIN;
    if (built === undefined) throw new Error('MOORING_BIN does not say where the programs are');
    // Copied to where an ordinary user may read: a checkout below /root is closed to others.
    const bin = `${home}/bin`;
    for (const dir of [bin, `${home}/run`]) mkdirSync(dir, { recursive: true });
    for (const name of ['mooring', 'mooring-helper'])
      copyFileSync(join(built, name), join(bin, name));
    const mooring = new Mooring(world, bin, logLevel);
    await mooring.startHelper();
    return mooring;
  }

  /** The command, to be run by Node. */
  get program(): string {
    return join(this.#bin, 'mooring');
  }

  get pid(): number {
    const pid = this.#helper?.pid;
    if (pid === undefined) throw new Error('the helper does not run');
    return pid;
  }

  get running(): boolean {
    const child = this.#helper;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** All that the helpers of this world have logged. */
  get log(): string {
    return this.#log;
  }

  /** The parameters of "set" for the profile that profileFile writes, for tests without the command. */
  desired(): SetParams {
    const { keys } = this.#world;
    const tunnel: Tunnel = {
      name: 'home',
      publicKey: keys.laptop.publicKey,
      listenPort: 3243,
      address: `${laptop.tunnel4}/24`,
      hub: {
        publicKey: keys.hub.publicKey,
        endpoint: `${hub.wan4}:${hub.port}`,
        address: hub.tunnel4,
      },
      mac: laptop.mac,
      prefix,
      txOffload: 'off',
      engine: 'auto',
    };
    return { desired: { tunnels: [tunnel] } };
  }

  /** For a test that begins where another may have failed half-way. */
  async ensureHelper(): Promise<void> {
    if (!this.running) await this.startHelper();
  }

  async startHelper(): Promise<void> {
    // A killed helper leaves its socket behind; waiting must not take that for the new one.
    rmSync(socketPath, { force: true });
    const args = ['--socket', socketPath, '--state-dir', stateDir, '--log-level', this.#logLevel];
    const program = [join(this.#bin, 'mooring-helper'), ...args];
    const child = spawn('ip', ['netns', 'exec', 'laptop', ...program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#helper = child;
    const keep = (text: string) => {
      this.#log += text;
      if (process.env.MOORING_TEST_LOG) process.stderr.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const since = Date.now();
    while (!existsSync(socketPath)) {
      if (child.exitCode !== null) throw new Error(`the helper ended at once:\n${this.#log}`);
      if (Date.now() - since > 15_000) throw new Error(`the helper has no socket:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** @returns the helper's exit status, or the signal that ended it */
  async stopHelper(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string> {
    const child = this.#helper;
    if (!child) throw new Error('the helper does not run');
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await this.ended();
    }
    this.#helper = undefined;
    return child.exitCode ?? child.signalCode ?? 'unknown';
  }

  /** Waits until the helper has ended by itself or by somebody's signal. */
  async ended(): Promise<void> {
    const child = this.#helper;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await once(child, 'exit');
    clearTimeout(timer);
  }

  cli(args: readonly string[], { uid = 0, timeoutMs = 60_000 }: CliOptions = {}): Promise<Ended> {
    // A Unix socket belongs to no network namespace, so the command needs not enter one.
    return execute([process.execPath, this.program, ...args], {
      timeoutMs,
      env: { ...environmentOf(uid), NO_COLOR: '1' },
      uid,
    });
  }

  profileFile(name: string, options: ProfileOptions = {}): string {
    const text = `[Interface]
PrivateKey = ${this.#world.keys.laptop.privateKey}
Address = ${laptop.tunnel4}/24
ListenPort = 3243

[Peer]
PublicKey = ${this.#world.keys.hub.publicKey}
AllowedIPs = 0.0.0.0/0
Endpoint = ${options.endpoint ?? `${hub.wan4}:${hub.port}`}

[Mooring]
MAC = ${options.mac ?? laptop.mac}
Hub = ${hub.tunnel4}
Prefix = ${prefix}
`;
    const path = `${home}/${name}.conf`;
    writeFileSync(path, options.edit ? options.edit(text) : text);
    return path;
  }

  /** Gives another user the profiles that root has, as if they had imported them before. */
  shareProfiles(uid: number): void {
    const config = (id: number) => environmentOf(id).XDG_CONFIG_HOME;
    cpSync(config(0), config(uid), { recursive: true });
    const own = (path: string): void => {
      chownSync(path, uid, uid);
      if (!statSync(path).isDirectory()) return;
      for (const name of readdirSync(path)) own(join(path, name));
    };
    own(config(uid));
  }

  async importProfile(name = 'home', options: ProfileOptions = {}): Promise<void> {
    const path = this.profileFile(name, options);
    this.#expect(
      await this.cli(['profile', 'import', '--replace', '--name', name, path]),
      'profile import',
    );
  }

  /** Imports the profile and waits until the command says the tunnel carries traffic. */
  async connect(options: ProfileOptions = {}): Promise<void> {
    await this.importProfile('home', options);
    await this.up();
  }

  async up(): Promise<void> {
    this.#expect(await this.cli(['up', 'home']), 'up');
  }

  async down(): Promise<void> {
    this.#expect(await this.cli(['down']), 'down');
  }

  async status(name = 'home'): Promise<ProfileStatus> {
    const ended = await this.cli(['status', '--json']);
    this.#expect(ended, 'status --json');
    const profiles: ProfileStatus[] = JSON.parse(ended.stdout).profiles;
    const found = profiles.find((profile) => profile.name === name);
    if (!found) throw new Error(`status has no profile ${name}: ${ended.stdout}`);
    return found;
  }

  #expect(ended: Ended, what: string): void {
    if (ended.status === 0) return;
    // All of it is kept for the machine that started the guest; see fixture.ts.
    const said = this.#log.split('\n').filter((line) => !line.includes('level=DEBUG'));
    const log = said.slice(-10).join('\n');
    throw new Error(`mooring ${what} ended with ${ended.status}: ${ended.stderr}\nhelper:\n${log}`);
  }

  async close(): Promise<void> {
    if (this.#helper) await this.stopHelper();
  }
}
