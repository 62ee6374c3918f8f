import { hub, prefix } from './addresses.ts';
import { askKernel, type Hub, type HubKeys, hubHome, hubPeers } from './hub.ts';
import { sh } from './shell.ts';

/** The hub of its owner's notes. */
export function hubByCommands(keys: HubKeys): Hub {
  const run = async (script: string) => void (await sh(script, { ns: 'hub' }));
  return {
    up: () => run(up(keys)),
    powerCut: () => run(down),
    peer: askKernel,
    close: () => run(`kill $(cat ${hubHome}/radvd.pid) 2>/dev/null || true`),
  };
}

/**
 * Command by command. One thing is said otherwise: NAT and the MSS clamp are the nftables rules that
 * iptables-nft makes of the notes' iptables lines. Forwarding between the peers' taps needs no rule, it is the bridge.
 */
function up(keys: HubKeys): string {
  const peers = hubPeers(keys);
  return `
mkdir -p ${hubHome}; cd ${hubHome}
sysctl -q -w net.ipv4.conf.all.forwarding=1 net.ipv6.conf.all.forwarding=1
nft -f - <<'EOF'
table ip nat { chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }; }
table inet mangle { chain postrouting { type filter hook postrouting priority mangle; tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu; }; }
EOF
ip link add taps_bridge type bridge; ip link set taps_bridge up
ip address add ${hub.bridge6}/64 dev taps_bridge; ip address add ${hub.bridge4}/16 dev taps_bridge
ip link set lan0 up master taps_bridge

cat >radvd.conf <<'EOF'
interface taps_bridge {
  AdvSendAdvert on;
  prefix ${prefix} { AdvOnLink on; AdvAutonomous on; AdvRouterAddr on; };
  RDNSS 2001:4860:4860::8888 { };
};
EOF
# Whole paths, because radvd leaves the folder when it goes into the background.
radvd -C ${hubHome}/radvd.conf -p ${hubHome}/radvd.pid -m logfile -l ${hubHome}/radvd.log >radvd.out 2>&1 </dev/null

cat >wireguard.conf <<'EOF'
[Interface]
PrivateKey = ${keys.hub.privateKey}
ListenPort = ${hub.port}
${peers.map((peer) => `[Peer]\nPublicKey = ${peer.publicKey}\nAllowedIPs = ${peer.address}/32`).join('\n')}
EOF
ip link add dev wg_vpns type wireguard; wg setconf wg_vpns wireguard.conf
ip link set up dev wg_vpns; ip addr add ${hub.tunnel4}/24 dev wg_vpns
${peers
  .map(
    ({ name, address }) =>
      `ip link add name gretap_${name} type gretap remote ${address} local ${hub.tunnel4} ttl 225
ip link set gretap_${name} up; ip link set gretap_${name} master taps_bridge`,
  )
  .join('\n')}
`;
}

const down = `
cd ${hubHome}
kill $(cat radvd.pid) || true
ip link del gretap_laptop; ip link del gretap_office; ip link del wg_vpns
ip link set lan0 nomaster; ip link del taps_bridge
nft flush ruleset
`;
