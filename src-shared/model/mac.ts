import { ok, type Result, wrong } from './result.ts';

/** Six octets of a hardware address. */
export type MacOctets = readonly [number, number, number, number, number, number];

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/**
 * Reads six pairs of hexadecimal digits with colons, in either case.
 * Errors: `bad-mac` when malformed, a group address, or zero.
 */
export function parseMac(text: string): Result<MacOctets> {
  const lower = text.toLowerCase();
  if (!MAC.test(lower)) {
    return wrong('bad-mac', 'a MAC address is six pairs of hexadecimal digits with colons', text);
  }
  const octets = lower.split(':').map((pair) => Number.parseInt(pair, 16));
  if (((octets[0] ?? 1) & 0x01) === 1) {
    return wrong('bad-mac', 'a multicast MAC address cannot belong to a device', text);
  }
  if (octets.every((octet) => octet === 0)) {
    return wrong('bad-mac', 'the zero MAC address belongs to no device', text);
  }
  return ok(octets as unknown as MacOctets);
}

/** Lower case with colons: `12:ab:34:cd:56:ef`. */
export function formatMac(octets: MacOctets): string {
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/**
 * A locally administered unicast MAC address (IEEE 802, U/L bit 1, I/G bit 0) from six random bytes.
 * It is never zero, because the U/L bit is set.
 */
export function macFromRandom(random: Uint8Array): MacOctets {
  if (random.length < 6) {
    throw new RangeError('macFromRandom needs six random bytes');
  }
  const [first = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = random;
  return [(first & 0xfc) | 0x02, b, c, d, e, f];
}
