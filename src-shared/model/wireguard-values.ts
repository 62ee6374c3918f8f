import { type Ipv4Host, networkOf, parseIpv4Host, readIpv4 } from './ipv4.ts';
import { readIpv6 } from './ipv6.ts';
import { ok, type Result, wrong } from './result.ts';

/** The parts of a list with commas. */
export function listOf(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

/** Errors: `bad-port`. */
export function parsePort(text: string): Result<number> {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65535
    ? ok(Number(text))
    : wrong('bad-port', 'a port is a number from 0 to 65535', text);
}

/** Errors: `bad-address`. Plain WireGuard's files often have a /32 here, so the error says the way out. */
export function parseLinkAddress(text: string): Result<Ipv4Host> {
  return readIpv4(text.replace(/\/32$/, '')) !== undefined && /\/32$|^[^/]*$/.test(text)
    ? wrong(
        'bad-address',
        "write the network's length, so that the hub is within: /24 if the hub says nothing else",
        text,
      )
    : parseIpv4Host(text);
}

/** One network of AllowedIPs. Errors: `bad-allowed-ips`. */
export function parseNetwork(text: string): Result<Ipv4Host | 'ipv6'> {
  const [before = '', length, ...rest] = text.split('/');
  const address = readIpv4(before);
  const bits = address === undefined ? 128 : 32;
  const digits = length === undefined || (/^[0-9]{1,3}$/.test(length) && Number(length) <= bits);
  if ((address === undefined && readIpv6(before) === undefined) || !digits || rest.length > 0) {
    return wrong(
      'bad-allowed-ips',
      'expected networks such as 0.0.0.0/0, with commas between them',
      text,
    );
  }
  return ok(address === undefined ? 'ipv6' : { address, length: Number(length ?? 32) });
}

export function covers(network: Ipv4Host, address: number): boolean {
  const { first, last } = networkOf(network);
  return address >= first && address <= last;
}
