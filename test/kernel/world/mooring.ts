import {
  chownSync,
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
import { hub, laptops, prefix } from './addresses.ts';
import { Daemon } from './daemon.ts';
import type { Engine } from './kind.ts';
import { program } from './programs.ts';
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
  readonly engine?: string;
  readonly underlay?: { readonly interface: string; readonly address: string };
  readonly reachability?: Record<'link' | 'ethernet' | 'internet', { ok: boolean; rttMs?: number }>;
}

export interface Seat {
  /** On which laptop. */
  readonly ns?: keyof typeof laptops;
  /** The one engine that the helper offers; `auto`: the first that this machine can. The world's when missing. */
  readonly engine?: Engine | 'auto';
  readonly logLevel?: 'debug' | 'info';
}

/** The built programs on one laptop, as a person has them: the real helper and the real command. */
export class Mooring {
  readonly #world: World;
  readonly #seat: Required<Seat>;
  readonly #home: string;
  #helper: Daemon | undefined;
  /** Of the helpers before the present one. */
  #logs = '';

  private constructor(world: World, seat: Seat) {
    this.#world = world;
    this.#seat = { ns: 'laptop', engine: world.kind.engine, logLevel: 'debug', ...seat };
    this.#home = `/run/world/mooring-${this.#seat.ns}`;
  }

  static async start(world: World, seat: Seat = {}): Promise<Mooring> {
    const mooring = new Mooring(world, seat);
    mkdirSync(`${mooring.#home}/run`, { recursive: true });
    await mooring.startHelper();
    return mooring;
  }

  /** The command, to be run by Node. */
  get program(): string {
    return program('mooring');
  }

  get socketPath(): string {
    return `${this.#home}/run/helper.sock`;
  }

  /** What makes the command find this helper and the profiles of a user. */
  environmentOf(uid: number): { MOORING_SOCKET: string; XDG_CONFIG_HOME: string } {
    return {
      MOORING_SOCKET: this.socketPath,
      XDG_CONFIG_HOME: `${this.#home}/config-${uid}`,
    };
  }

  get pid(): number {
    if (!this.#helper) throw new Error('the helper does not run');
    return this.#helper.pid;
  }

  get running(): boolean {
    return this.#helper?.running ?? false;
  }

  /** All that the helpers of this laptop have logged. */
  get log(): string {
    return this.#logs + (this.#helper?.log ?? '');
  }

  /** The parameters of "set" for the profile that profileFile writes, for tests without the command. */
  desired(): SetParams {
    const { keys } = this.#world;
    const laptop = laptops[this.#seat.ns];
    const tunnel: Tunnel = {
      name: 'home',
      publicKey: keys[this.#seat.ns].publicKey,
      listenPort: 3243,
      address: `${laptop.tunnel4}/24`,
      hub: {
        publicKey: keys.hub.publicKey,
        endpoint: `${hub.wan4}:${hub.port}`,
        address: hub.tunnel4,
      },
      mac: laptop.mac,
      prefix,
      txOffload: 'auto',
      engine: 'auto',
    };
    return { desired: { tunnels: [tunnel] } };
  }

  /** For a test that begins where another may have failed half-way. */
  async ensureHelper(): Promise<void> {
    if (!this.running) await this.startHelper();
  }

  async startHelper(): Promise<void> {
    const { ns, engine, logLevel } = this.#seat;
    // A killed helper leaves its socket behind; waiting must not take that for the new one.
    rmSync(this.socketPath, { force: true });
    this.#logs = this.log;
    this.#helper = await Daemon.start({
      ns,
      argv: [
        program('mooring-helper'),
        ...['--socket', this.socketPath, '--state-dir', `${this.#home}/state`],
        ...['--log-level', logLevel, '--engine', engine],
      ],
      ready: () => existsSync(this.socketPath),
    });
  }

  /** @returns the helper's exit status, or the signal that ended it */
  async stopHelper(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string> {
    if (!this.#helper) throw new Error('the helper does not run');
    return this.#helper.stop(signal);
  }

  /** Waits until the helper has ended by itself or by somebody's signal. */
  async ended(): Promise<void> {
    await this.#helper?.ended();
  }

  cli(args: readonly string[], { uid = 0, timeoutMs = 60_000 }: CliOptions = {}): Promise<Ended> {
    // A Unix socket belongs to no network namespace, so the command needs not enter one.
    return execute([process.execPath, this.program, ...args], {
      timeoutMs,
      env: { ...this.environmentOf(uid), NO_COLOR: '1' },
      uid,
    });
  }

  profileFile(name: string, options: ProfileOptions = {}): string {
    const laptop = laptops[this.#seat.ns];
    const text = `[Interface]
PrivateKey = ${this.#world.keys[this.#seat.ns].privateKey}
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
    const path = `${this.#home}/${name}.conf`;
    writeFileSync(path, options.edit ? options.edit(text) : text);
    return path;
  }

  /** Gives another user the profiles that root has, as if they had imported them before. */
  shareProfiles(uid: number): void {
    const config = (id: number) => this.environmentOf(id).XDG_CONFIG_HOME;
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
    const said = this.log.split('\n').filter((line) => !line.includes('level=DEBUG'));
    const log = said.slice(-10).join('\n');
    throw new Error(`mooring ${what} ended with ${ended.status}: ${ended.stderr}\nhelper:\n${log}`);
  }

  async close(): Promise<void> {
    await this.#helper?.stop('SIGTERM');
  }
}
