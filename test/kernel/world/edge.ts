import { type Access, hub, internet, member, prefix } from './addresses.ts';
import { labProgram } from './programs.ts';

/**
 * The internet: one switched segment, and on it a host with IPv4 and IPv6 that knows the way to
 * the hub's prefix as the hub's provider would route it. Infrastructure addresses are "nodad",
 * because waiting for DAD of what never clashes would cost every test a second.
 */
export function internetUp(accesses: readonly Access[], nativeIpv6: boolean): string {
  const ports = ['hub', ...accesses.map((access) => access.nat)];
  const native = accesses.map((a) => `route add ${a.prefix6}/64 via ${a.wan6}`);
  return batch([
    'link add wan type bridge',
    'link set wan up',
    ...ports.flatMap((port) => [`link set to-${port} up master wan`]),
    `addr add ${internet.v4}/24 dev wan`,
    `addr add ${internet.v6}/64 dev wan nodad`,
    `addr add ${internet.resolver}/128 dev wan nodad`,
    `route add ${prefix} via ${hub.wan6}`,
    ...(nativeIpv6 ? native : []),
  ]);
}

export function hubWanUp(accesses: readonly Access[], nativeIpv6: boolean): string {
  return batch([
    'link set eth0 up',
    `addr add ${hub.wan4}/24 dev eth0`,
    `addr add ${hub.wan6}/64 dev eth0 nodad`,
    `route add default via ${internet.v6} dev eth0`,
    ...(nativeIpv6 ? accesses.map((a) => `route add ${a.prefix6}/64 via ${a.wan6}`) : []),
  ]);
}

/** A device of somebody's at home or in the office: all it has comes from the hub's radvd. */
export function memberUp(): string {
  return batch([`link set eth0 address ${member.mac}`, 'link set eth0 up']);
}

/**
 * A home router: NAT for IPv4 and, with `nativeIpv6`, a routed prefix behind a provider that drops
 * foreign source addresses (BCP 38), which is what makes a reply on the wrong way be lost.
 */
export function natUp(access: Access, nativeIpv6: boolean): string {
  // natB gives every flow a port of its own choosing, as many routers and all carriers do.
  const ports = access.nat === 'natB' ? '--random-ports ' : '';
  return `
for family in ipv4 ipv6; do echo 1 >/proc/sys/net/$family/conf/all/forwarding; done
${batch([
  'link add br-lan type bridge',
  'link set br-lan up',
  'link set lan0 up master br-lan',
  'link set wan0 up',
  `addr add ${access.gateway}/24 dev br-lan`,
  `addr add ${access.wan4}/24 dev wan0`,
  `addr add ${access.wan6}/64 dev wan0 nodad`,
  ...(nativeIpv6 ? [`addr add ${access.prefix6}1/64 dev br-lan nodad`] : []),
  `route add ${prefix} via ${hub.wan6}`,
])}
${labProgram()} home-router ${ports}--lan br-lan --prefix ${access.prefix6}/64 wan0
`;
}

export function batch(lines: readonly string[]): string {
  return `ip -batch - <<'EOF'\n${lines.join('\n')}\nEOF\n`;
}
