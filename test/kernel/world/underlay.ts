import type { Access } from './addresses.ts';
import { batch } from './edge.ts';

/** Run in the laptop: what a network manager does once it has carrier and a DHCP lease. */
export function join(access: Access, nativeIpv6: boolean): string {
  return batch([
    `link set ${access.iface} up`,
    `addr add ${access.address}/24 dev ${access.iface}`,
    `route add default via ${access.gateway} dev ${access.iface} proto dhcp metric ${metric(access)}`,
    ...(nativeIpv6
      ? [
          `addr add ${access.prefix6}50/64 dev ${access.iface} nodad`,
          `route add default via ${access.prefix6}1 dev ${access.iface} proto ra metric ${metric(access)}`,
        ]
      : []),
  ]);
}

/** Run in the laptop: the network manager's tidying after the carrier is gone. */
export function leave(access: Access): string {
  return batch([`addr flush dev ${access.iface} scope global`, `link set ${access.iface} down`]);
}

/** Ethernet is preferred over Wi-Fi, as network managers have it. */
function metric(access: Access): number {
  return access.iface === 'eth1' ? 100 : 600;
}
