import { hub, laptop, laptop2, prefix } from './addresses.ts';
import type { KeyPair } from './keys.ts';

export interface HubKeys {
  readonly hub: KeyPair;
  readonly laptop: KeyPair;
  readonly laptop2: KeyPair;
}

/** The hub's own files, on the tmpfs of the world. */
const home = '/run/world/hub';

/**
 * The hub as its owner's notes have it, command by command. One thing is said otherwise: NAT and
 * the MSS clamp are the nftables rules that iptables-nft makes of the notes' iptables lines.
 * Forwarding between the peers' taps needs no rule, it is the bridge.
 */
export function hubUp(keys: HubKeys): string {
  const peers = [
    { key: keys.laptop, address: laptop.tunnel4, tap: 'gretap_laptop' },
    { key: keys.laptop2, address: laptop2.tunnel4, tap: 'gretap_office' },
  ];
  return `
mkdir -p ${home}; cd ${home}
sysctl -q -w net.ipv4.conf.all.forwarding=1 net.ipv6.conf.all.forwarding=1
nft -f - <<'EOF'
table ip nat { chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }; }
table inet mangle { chain postrouting { type filter hook postrouting priority mangle; tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu; }; }
EOF
ip link add taps_bridge type bridge; ip link set taps_bridge up
ip address add ${hub.bridge6}/64 dev taps_bridge; ip address add 192.168.0.1/16 dev taps_bridge
ip link set lan0 up master taps_bridge

cat >radvd.conf <<'EOF'
interface taps_bridge {
  AdvSendAdvert on;
  prefix ${prefix} { AdvOnLink on; AdvAutonomous on; AdvRouterAddr on; };
  RDNSS 2001:4860:4860::8888 { };
};
EOF
# Whole paths, because radvd leaves the folder when it goes into the background.
radvd -C ${home}/radvd.conf -p ${home}/radvd.pid -m logfile -l ${home}/radvd.log >radvd.out 2>&1 </dev/null

cat >wireguard.conf <<'EOF'
[Interface]
PrivateKey = ${keys.hub.privateKey}
ListenPort = ${hub.port}
${peers.map((peer) => `[Peer]\nPublicKey = ${peer.key.publicKey}\nAllowedIPs = ${peer.address}/32`).join('\n')}
EOF
ip link add dev wg_vpns type wireguard; wg setconf wg_vpns wireguard.conf
ip link set up dev wg_vpns; ip addr add ${hub.tunnel4}/24 dev wg_vpns
${peers
  .map(
    ({ tap, address }) =>
      `ip link add name ${tap} type gretap remote ${address} local ${hub.tunnel4} ttl 225
ip link set ${tap} up; ip link set ${tap} master taps_bridge`,
  )
  .join('\n')}
`;
}

/** All that a power cut takes: the keys and files stay, every link and all state goes. */
export function hubDown(): string {
  return `
cd ${home}
kill $(cat radvd.pid) || true
ip link del gretap_laptop; ip link del gretap_office; ip link del wg_vpns
ip link set lan0 nomaster; ip link del taps_bridge
nft flush ruleset
`;
}
