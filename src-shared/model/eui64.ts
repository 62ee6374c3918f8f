import { formatIpv6 } from './ipv6.ts';
import { type MacOctets, parseMac } from './mac.ts';
import { type Prefix, parsePrefix } from './prefix.ts';

/** Prefix plus the modified EUI-64 of a MAC (RFC 4291 appendix A), as canonical text (RFC 5952). */
export function stableAddress(prefix: Prefix, mac: MacOctets): string {
  const [a, b, c, d, e, f] = mac;
  return formatIpv6([...prefix.bytes, a ^ 0x02, b, c, 0xff, 0xfe, d, e, f]);
}

/** The same from texts; null when there is no prefix yet, or either is malformed. */
export function stableAddressOf(prefix: string | null, mac: string): string | null {
  if (prefix === null) {
    return null;
  }
  const parsed = parsePrefix(prefix);
  const octets = parseMac(mac);
  return parsed.ok && octets.ok ? stableAddress(parsed.value, octets.value) : null;
}
