import { laptop, laptop2 } from './addresses.ts';
import type { KeyPair } from './keys.ts';
import { sh } from './shell.ts';

export interface HubKeys {
  readonly hub: KeyPair;
  readonly laptop: KeyPair;
  readonly laptop2: KeyPair;
}

/** What the hub's WireGuard knows of a laptop. */
export interface PeerSeen {
  /** `203.0.113.11:3243`; undefined while it has not been heard. */
  readonly endpoint?: string;
  /** Octets that came from it, authenticated. */
  readonly received: number;
}

/** The hub's side of the world, by whatever means it was made; it lives in the namespace `hub`. */
export interface Hub {
  up(): Promise<void>;
  /** All that a power cut takes: the keys and files stay, every link and all state goes. */
  powerCut(): Promise<void>;
  peer(publicKey: string): Promise<PeerSeen>;
  /** Ends what the namespace's own end would not. */
  close(): Promise<void>;
}

/** The hub's own files, on the tmpfs of the world. */
export const hubHome = '/run/world/hub';

/** Its peers: what it has to know of each laptop. */
export const hubPeers = (keys: HubKeys) => [
  { name: 'laptop', publicKey: keys.laptop.publicKey, address: laptop.tunnel4, mac: laptop.mac },
  { name: 'office', publicKey: keys.laptop2.publicKey, address: laptop2.tunnel4, mac: laptop2.mac },
];

/** How the kernel's WireGuard is asked. */
export async function askKernel(publicKey: string): Promise<PeerSeen> {
  const lines = (await sh('wg show wg_vpns dump', { ns: 'hub' })).split('\n');
  const fields = lines.find((line) => line.startsWith(publicKey))?.split('\t');
  if (!fields) throw new Error(`the hub has no peer ${publicKey}`);
  const [, , endpoint, , , received] = fields;
  return {
    ...(endpoint && endpoint !== '(none)' ? { endpoint } : {}),
    received: Number(received),
  };
}
