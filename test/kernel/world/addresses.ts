/** Every address of the world in one place; the drawing is in world.ts. */
export const hub = {
  wan4: '203.0.113.4',
  wan6: '2001:db8:feed::4',
  name: 'hub.example',
  port: 23450,
  bridge6: '2001:db8::1',
  bridge4: '192.168.0.1',
  tunnel4: '172.16.0.1',
} as const;

export const internet = {
  v4: '203.0.113.5',
  v6: '2001:db8:feed::5',
  /** The name server that the hub advertises; it answers echoes, as the real one does. */
  resolver: '2001:4860:4860::8888',
} as const;

export const prefix = '2001:db8::/64';

export const laptop = {
  mac: '12:ab:34:cd:56:ef',
  /** prefix + EUI-64 of the MAC */
  stable: '2001:db8::10ab:34ff:fecd:56ef',
  linkLocal: 'fe80::10ab:34ff:fecd:56ef',
  tunnel4: '172.16.0.2',
} as const;

/** The other laptop; in the tests of a duplicate identity it brings the first one's MAC instead. */
export const laptop2 = {
  mac: '12:ab:34:cd:57:ef',
  stable: '2001:db8::10ab:34ff:fecd:57ef',
  tunnel4: '172.16.0.3',
} as const;

/** The laptops by their namespaces. */
export const laptops = { laptop, laptop2 } as const;

/** A device on the hub's bridge makes its address from its MAC as ours does. */
export const member = { mac: '02:00:00:00:0c:01', stable: '2001:db8::ff:fe00:c01' } as const;

export type AccessName = 'wlan0' | 'eth1';

/** One way the laptop gets onto the internet: an interface and the NAT behind it. */
export interface Access {
  readonly iface: AccessName;
  readonly nat: 'natA' | 'natB';
  /** The first three octets of the LAN; the NAT is .1 in it unless `gateway` says otherwise. */
  readonly lan: string;
  readonly gateway: string;
  readonly address: string;
  readonly wan4: string;
  readonly wan6: string;
  /** The prefix handed out where the access has native IPv6, without "/64". */
  readonly prefix6: string;
}

export function accesses(wifiLan = '10.1.0'): Record<AccessName, Access> {
  // On a Wi-Fi that uses the tunnel's own network the gateway must not be the hub's address too.
  const wifiGateway = wifiLan === '172.16.0' ? `${wifiLan}.254` : `${wifiLan}.1`;
  return {
    wlan0: {
      iface: 'wlan0',
      nat: 'natA',
      lan: wifiLan,
      gateway: wifiGateway,
      address: `${wifiLan}.50`,
      wan4: '203.0.113.11',
      wan6: '2001:db8:feed::a',
      prefix6: '2001:db8:a::',
    },
    eth1: {
      iface: 'eth1',
      nat: 'natB',
      lan: '10.2.0',
      gateway: '10.2.0.1',
      address: '10.2.0.50',
      wan4: '203.0.113.12',
      wan6: '2001:db8:feed::b',
      prefix6: '2001:db8:b::',
    },
  };
}
