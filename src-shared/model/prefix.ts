import { formatIpv6, isLinkLocal, isMulticast, isUnspecified, readIpv6 } from './ipv6.ts';
import { ok, type Result, wrong } from './result.ts';

/** The eight network bytes of an IPv6 /64. */
export type Prefix = { readonly bytes: readonly number[] };

/**
 * Reads an IPv6 /64 without host bits. Errors: `bad-prefix` when malformed, of another length (an EUI-64
 * needs 64 bits), with host bits, or link-local, multicast or the unspecified block.
 */
export function parsePrefix(text: string): Result<Prefix> {
  const [before = '', length, ...rest] = text.split('/');
  const bytes = readIpv6(before);
  if (bytes === undefined || length === undefined || rest.length > 0) {
    return wrong('bad-prefix', 'expected an IPv6 prefix such as 2001:db8::/64', text);
  }
  if (length !== '64') {
    return wrong(
      'bad-prefix',
      'the prefix must be a /64, because an EUI-64 fills the other half',
      text,
    );
  }
  if (bytes.slice(8).some((byte) => byte !== 0)) {
    return wrong('bad-prefix', 'bits behind the first 64 are set', text);
  }
  if (isLinkLocal(bytes) || isMulticast(bytes) || isUnspecified(bytes)) {
    return wrong('bad-prefix', 'this block cannot be advertised to laptops', text);
  }
  return ok({ bytes: bytes.slice(0, 8) });
}

/** Canonical text (RFC 5952): `2001:db8::/64`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIpv6([...prefix.bytes, 0, 0, 0, 0, 0, 0, 0, 0])}/64`;
}
