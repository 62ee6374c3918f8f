import { ok, type Result, wrong } from './result.ts';

/** An IPv4 host within its network: `172.16.0.2/24`. Addresses are unsigned 32-bit numbers. */
export type Ipv4Host = { readonly address: number; readonly length: number };

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;

/** Reads a dotted quad without leading zeros; undefined when it is none. */
export function readIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !OCTET.test(part) || Number(part) > 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function isUnicast(address: number): boolean {
  const first = address >>> 24;
  return first >= 1 && first <= 223 && first !== 127;
}

/** First and last address of a host's network. */
export function networkOf(host: Ipv4Host): { readonly first: number; readonly last: number } {
  const size = 2 ** (32 - host.length);
  const first = Math.floor(host.address / size) * size;
  return { first, last: first + size - 1 };
}

// A /31 has two hosts and neither network nor broadcast address (RFC 3021).
function isHostOf(address: number, host: Ipv4Host): boolean {
  const { first, last } = networkOf(host);
  return host.length === 31
    ? address >= first && address <= last
    : address > first && address < last;
}

/** Reads a unicast host with the length of its network, /8 to /31. Errors: `bad-address`. */
export function parseIpv4Host(text: string): Result<Ipv4Host> {
  const [before = '', length = '', ...rest] = text.split('/');
  const address = readIpv4(before);
  if (address === undefined || !isUnicast(address) || rest.length > 0) {
    return wrong('bad-address', 'expected a unicast IPv4 address such as 172.16.0.2/24', text);
  }
  if (!/^(?:[89]|[12][0-9]|3[01])$/.test(length)) {
    return wrong(
      'bad-address',
      "expected the network's length, /8 to /31, as in 172.16.0.2/24",
      text,
    );
  }
  const host = { address, length: Number(length) };
  if (!isHostOf(address, host)) {
    return wrong('bad-address', 'the first and the last address of a network are no hosts', text);
  }
  return ok(host);
}

/** Reads the hub's address inside the link: another host of `ours`' network. Errors: `bad-address`. */
export function parseHubAddress(text: string, ours: Ipv4Host): Result<number> {
  const address = readIpv4(text);
  if (address === undefined || !isUnicast(address)) {
    return wrong('bad-address', 'expected a unicast IPv4 address without a mask', text);
  }
  const network = `${formatIpv4(networkOf(ours).first)}/${ours.length}`;
  if (address === ours.address) {
    return wrong('bad-address', "the hub's address is our own", text);
  }
  if (!isHostOf(address, ours)) {
    return wrong('bad-address', `the hub's address is not a host of ${network}`, text);
  }
  return ok(address);
}

/** Reads a unicast IPv4 address without a mask. Errors: `bad-address`. */
export function parseIpv4(text: string): Result<number> {
  const address = readIpv4(text);
  return address === undefined || !isUnicast(address)
    ? wrong('bad-address', 'expected a unicast IPv4 address without a mask', text)
    : ok(address);
}
