import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hub, internet, prefix } from './addresses.ts';
import { Daemon } from './daemon.ts';
import { askKernel, type Hub, type HubKeys, hubHome, hubPeers, type PeerSeen } from './hub.ts';
import type { Engine } from './kind.ts';
import { program } from './programs.ts';
import { sh } from './shell.ts';
import { askWireGuard } from './wireguard-socket.ts';

const file = join(hubHome, 'hub.json');

export interface ServedHubOptions {
  readonly engine: Engine;
  /** Whether the hub lets each laptop send from its own MAC alone. */
  readonly pinned?: boolean;
}

/** The hub as `mooring-hub serve` makes it; the LAN's cable is put into its bridge by hand. */
export class HubByMooring implements Hub {
  readonly #keys: HubKeys;
  readonly #options: ServedHubOptions;
  #daemon: Daemon | undefined;

  constructor(keys: HubKeys, options: ServedHubOptions) {
    this.#keys = keys;
    this.#options = options;
  }

  get log(): string {
    return this.#daemon?.log ?? '';
  }

  async up(): Promise<void> {
    mkdirSync(hubHome, { recursive: true });
    const keyFile = join(hubHome, 'hub.key');
    writeFileSync(keyFile, `${this.#keys.hub.privateKey}\n`, { mode: 0o600 });
    this.#write(hubPeers(this.#keys));
    this.#daemon = await Daemon.start({
      ns: 'hub',
      argv: [program('mooring-hub'), 'serve', file],
      ready: (log) => log.includes('msg=ready'),
    });
    await sh('ip link set lan0 up master taps_bridge', { ns: 'hub' });
  }

  #write(peers: ReturnType<typeof hubPeers>): void {
    const { engine, pinned = false } = this.#options;
    const config = {
      engine,
      privateKeyFile: join(hubHome, 'hub.key'),
      listenPort: hub.port,
      address: `${hub.tunnel4}/24`,
      bridge: { name: 'taps_bridge', addresses: [`${hub.bridge6}/64`, `${hub.bridge4}/16`] },
      advertise: { prefix, rdnss: [internet.resolver] },
      masquerade: 'eth0',
      devices: peers.map(({ mac, ...peer }) => (pinned ? { ...peer, mac } : peer)),
    };
    writeFileSync(file, JSON.stringify(config));
  }

  async powerCut(): Promise<void> {
    await this.#daemon?.stop('SIGKILL');
    // Whatever the process leaves in the kernel; its interfaces of userspace are gone with it.
    const links = 'gretap_laptop gretap_office wg_vpns taps_bridge';
    await sh(`for link in ${links}; do ip link del $link 2>/dev/null || true; done`, { ns: 'hub' });
  }

  peer(publicKey: string): Promise<PeerSeen> {
    return this.#options.engine === 'kernel' ? askKernel(publicKey) : askSocket(publicKey);
  }

  async close(): Promise<void> {
    await this.#daemon?.stop('SIGTERM');
    await sh('ip link set lan0 down', { ns: 'hub' });
  }
}

/** How WireGuard in a process is asked. */
async function askSocket(publicKey: string): Promise<PeerSeen> {
  const wanted = Buffer.from(publicKey, 'base64').toString('hex');
  const [, ...peers] = (await askWireGuard()).split('public_key=');
  const peer = peers.find((one) => one.startsWith(wanted));
  if (peer === undefined) throw new Error(`the hub has no peer ${publicKey}`);
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(peer)?.[1];
  const endpoint = value('endpoint');
  return { ...(endpoint ? { endpoint } : {}), received: Number(value('rx_bytes')) };
}
