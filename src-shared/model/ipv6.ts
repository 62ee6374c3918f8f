import ipaddr from 'ipaddr.js';

/** Reads an IPv6 address without a zone as 16 bytes; undefined when it is none. */
export function readIpv6(text: string): readonly number[] | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text) || !text.includes(':') || !ipaddr.IPv6.isValid(text)) {
    return undefined;
  }
  return ipaddr.IPv6.parse(text).toByteArray();
}

/** Canonical text of 16 bytes (RFC 5952). */
export function formatIpv6(bytes: readonly number[]): string {
  return new ipaddr.IPv6([...bytes]).toRFC5952String();
}

export function isLinkLocal(bytes: readonly number[]): boolean {
  return bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

export function isMulticast(bytes: readonly number[]): boolean {
  return bytes[0] === 0xff;
}

export function isIpv4Mapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

export function isUnspecified(bytes: readonly number[]): boolean {
  return bytes.every((byte) => byte === 0);
}
