import { hub, laptop } from './addresses.ts';
import type { KeyPair } from './keys.ts';

export interface ShellLaptop {
  readonly keys: KeyPair;
  readonly hubPublicKey: string;
  readonly endpoint?: string;
  readonly mac?: string;
  readonly tunnel4?: string;
  readonly keepalive?: number;
}

/**
 * The laptop's own commands as its owner types them: what Mooring replaces, and what the
 * measurements compare it with.
 */
export function shellConnect(options: ShellLaptop): string {
  const { endpoint = `${hub.wan4}:${hub.port}`, mac = laptop.mac } = options;
  const tunnel4 = options.tunnel4 ?? laptop.tunnel4;
  return `
mkdir -p /run/world/shell; cd /run/world/shell
cat >wireguard.conf <<'EOF'
[Interface]
PrivateKey = ${options.keys.privateKey}
ListenPort = 3243
[Peer]
PublicKey = ${options.hubPublicKey}
AllowedIPs = 0.0.0.0/0
Endpoint = ${endpoint}
${options.keepalive ? `PersistentKeepalive = ${options.keepalive}` : ''}
EOF
ip link add dev wg_linode type wireguard; wg setconf wg_linode wireguard.conf; ip link set up dev wg_linode
ip addr add ${tunnel4}/24 dev wg_linode
ip link add name gretap_linode address ${mac} type gretap remote ${hub.tunnel4} local ${tunnel4} ttl 225
ip link set gretap_linode up
ethtool --offload gretap_linode tx off >/dev/null
`;
}

export const shellDisconnect = 'ip link del gretap_linode; ip link del wg_linode';
