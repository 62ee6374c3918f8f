/*
 * The world of the tests, all of it network namespaces of one kernel:
 *
 *      internet ── bridge "wan" ─┬──────────────────┬───────────────────┐
 *      203.0.113.5               │                  │                   │
 *      2001:db8:feed::5          │                  │                   │
 *                               hub               natA                natB  (remaps ports)
 *                     eth0 203.0.113.4      wan0 203.0.113.11    wan0 203.0.113.12
 *                     2001:db8:feed::4      br-lan 10.1.0.1      br-lan 10.2.0.1
 *                               │                │    │                 │
 *          taps_bridge 2001:db8::1/64            │    └─ mallory        │
 *          192.168.0.1/16, radvd                 │    10.1.0.66         │
 *            │        │        │           wlan0 10.1.0.50        eth1 10.2.0.50
 *      member  gretap_laptop gretap_office       └──────── laptop ──────┘
 *   2001:db8::ff:…    │        │                           12:ab:34:cd:56:ef
 *                     wg_vpns 172.16.0.1                   172.16.0.2 in the tunnel
 *                     UDP 23450                   laptop2, behind natB: 172.16.0.3
 *
 * The hub is drawn as its owner's commands make it; `kind.hub` may have `mooring-hub serve` make it instead.
 * The internet host reaches 2001:db8::/64 through the hub, as the hub's provider routes it. With
 * `nativeIpv6` each access also has a /64 of its own, behind a provider that drops foreign sources.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Access, type AccessName, accesses, hub } from './addresses.ts';
import { Agent } from './agent-client.ts';
import { batch, hubWanUp, internetUp, memberUp, natUp } from './edge.ts';
import type { Hub, HubKeys } from './hub.ts';
import { hubByCommands } from './hub-by-commands.ts';
import { HubByMooring } from './hub-by-mooring.ts';
import { keyPair } from './keys.ts';
import { type Kind, kindOfRun } from './kind.ts';
import { sh } from './shell.ts';
import { join, leave } from './underlay.ts';

export interface WorldOptions {
  /** The first three octets of natA's LAN; 172.16.0 is the one that clashes with the tunnel. */
  readonly wifiLan?: string;
  readonly nativeIpv6?: boolean;
  /** Where a test is about a certain kind of world; the run's own when missing. */
  readonly kind?: Kind;
  /** Has `mooring-hub serve` let each laptop send from its own MAC alone. */
  readonly pinned?: boolean;
  /** Leaves it to the test to bring the hub up. */
  readonly hubLater?: boolean;
}

const names = [
  'internet',
  'hub',
  'member',
  'natA',
  'natB',
  'laptop',
  'laptop2',
  'mallory',
] as const;
export type Namespace = (typeof names)[number];

export class World {
  readonly keys: HubKeys = { hub: keyPair(), laptop: keyPair(), laptop2: keyPair() };
  readonly accesses: Record<AccessName, Access>;
  readonly nativeIpv6: boolean;
  readonly kind: Kind;
  readonly hub: Hub;
  readonly #agents = new Map<Namespace, Promise<Agent>>();

  private constructor(options: WorldOptions) {
    this.accesses = accesses(options.wifiLan);
    this.nativeIpv6 = options.nativeIpv6 ?? false;
    this.kind = options.kind ?? kindOfRun();
    const { hub: engine } = this.kind;
    this.hub =
      engine === 'commands'
        ? hubByCommands(this.keys)
        : new HubByMooring(this.keys, { engine, pinned: options.pinned ?? false });
  }

  /** Builds it all; the laptop is in the Wi-Fi behind natA. */
  static async build(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await world.#links();
    await world.#configure(options.hubLater ?? false);
    return world;
  }

  async #links(): Promise<void> {
    const veth = (ns: string, name: string, peerNs: string, peer: string) =>
      `link add ${name} netns ${ns} type veth peer name ${peer} netns ${peerNs}`;
    await sh(`
mkdir -p /run/world
${batch([...names.map((name) => `netns add ${name}`)])}
${names.map((name) => `ip -n ${name} link set lo up`).join('\n')}
${batch([
  veth('hub', 'eth0', 'internet', 'to-hub'),
  veth('natA', 'wan0', 'internet', 'to-natA'),
  veth('natB', 'wan0', 'internet', 'to-natB'),
  veth('hub', 'lan0', 'member', 'eth0'),
  veth('natA', 'lan0', 'laptop', 'wlan0'),
  veth('natB', 'lan0', 'laptop', 'eth1'),
  veth('natA', 'lan1', 'mallory', 'eth0'),
  veth('natB', 'lan1', 'laptop2', 'eth0'),
])}`);
    for (const ns of ['laptop', 'laptop2']) this.setHosts(ns as Namespace, hub.wan4);
  }

  async #configure(hubLater: boolean): Promise<void> {
    const all = Object.values(this.accesses);
    const { wlan0, eth1 } = this.accesses;
    await Promise.all([
      sh(internetUp(all, this.nativeIpv6), { ns: 'internet' }),
      sh(hubWanUp(all, this.nativeIpv6), { ns: 'hub' }).then(() =>
        hubLater ? undefined : this.hub.up(),
      ),
      sh(memberUp(), { ns: 'member' }),
      sh(natUp(wlan0, this.nativeIpv6), { ns: 'natA' }),
      sh(natUp(eth1, this.nativeIpv6), { ns: 'natB' }),
      // The cable has been in once before: a link that never was up shows in every later comparison.
      sh(`ip link set eth1 up; ip link set eth1 down; ${join(wlan0, this.nativeIpv6)}`, {
        ns: 'laptop',
      }),
    ]);
  }

  /** What the hub's name resolves to in a namespace, by a hosts file of its own. */
  setHosts(ns: Namespace, address: string): void {
    mkdirSync(`/etc/netns/${ns}`, { recursive: true });
    // Written in place: the namespace's processes hold a bind mount of this very file.
    writeFileSync(`/etc/netns/${ns}/hosts`, `127.0.0.1 localhost\n${address} ${hub.name}\n`);
  }

  /** The agent of a namespace, started when first asked for. */
  agent(ns: Namespace): Promise<Agent> {
    let agent = this.#agents.get(ns);
    if (!agent) {
      agent = Agent.start(ns);
      this.#agents.set(ns, agent);
    }
    return agent;
  }

  /** The radio goes (carrier off at the far end), then the network manager tidies up. */
  async leave(name: AccessName): Promise<void> {
    const access = this.accesses[name];
    await sh(
      `ip -n ${access.nat} link set lan0 down\n${leave(access)}`.replaceAll(
        'ip -batch',
        'ip -n laptop -batch',
      ),
    );
  }

  /** @returns when the new default route was there, on the clock of the agents */
  async join(name: AccessName): Promise<number> {
    const access = this.accesses[name];
    await sh(`ip -n ${access.nat} link set lan0 up`);
    await sh(join(access, this.nativeIpv6), { ns: 'laptop' });
    return Number(process.hrtime.bigint() / 1000n) / 1000;
  }

  /** A power cut at the hub, and its start-up scripts once the power is back. */
  async rebootHub(): Promise<void> {
    await this.hub.powerCut();
    await this.hub.up();
  }

  /** Waits until the member has its address and its route: DAD's second, and a router advertisement. */
  async memberSettled(): Promise<void> {
    const settled =
      'ip -6 route show default | grep -q via && ! ip -6 addr show tentative | grep -q inet6';
    await sh(`for i in $(seq 150); do ${settled} && exit; sleep 0.1; done; ip -6 addr; exit 1`, {
      ns: 'member',
    });
  }

  /** Puts the other laptop behind natB. */
  async admitLaptop2(): Promise<void> {
    await sh(`ip -n natB link set lan1 up master br-lan`);
    await sh(
      batch([
        'link set eth0 up',
        'addr add 10.2.0.60/24 dev eth0',
        'route add default via 10.2.0.1',
      ]),
      { ns: 'laptop2' },
    );
  }

  /** Puts mallory on the laptop's Wi-Fi. */
  async admitMallory(): Promise<void> {
    const { lan } = this.accesses.wlan0;
    await sh(`ip -n natA link set lan1 up master br-lan`);
    await sh(batch(['link set eth0 up', `addr add ${lan}.66/24 dev eth0`]), { ns: 'mallory' });
  }

  async close(): Promise<void> {
    const agents = await Promise.allSettled(this.#agents.values());
    await Promise.all(agents.map((agent) => agent.status === 'fulfilled' && agent.value.stop()));
    await this.hub.close();
    await sh(`
${names.map((name) => `ip netns pids ${name} | xargs -r kill -9; ip netns del ${name}`).join('\n')}
rm -rf /run/world ${names.map((name) => `/etc/netns/${name}`).join(' ')}`);
  }
}
