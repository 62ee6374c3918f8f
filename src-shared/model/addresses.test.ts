import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatEndpoint, parseEndpoint } from './endpoint.ts';
import { stableAddress, stableAddressOf } from './eui64.ts';
import { formatMac, type MacOctets, macFromRandom, parseMac } from './mac.ts';
import { formatPrefix, parsePrefix } from './prefix.ts';

// What is refused stands in protocol/fixtures/invalid and is tested by test/contract.

describe('MAC', () => {
  test('is written in lower case', () => {
    const parsed = parseMac('12:AB:34:CD:56:EF');
    expect(parsed.ok && formatMac(parsed.value)).toBe('12:ab:34:cd:56:ef');
  });

  test('from random bytes is locally administered, unicast and round-trips', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (random) => {
        const mac = macFromRandom(random);
        expect(mac[0] & 0x03).toBe(0x02);
        expect(parseMac(formatMac(mac))).toEqual({ ok: true, value: mac });
      }),
    );
  });

  test('needs six bytes', () => {
    expect(() => macFromRandom(new Uint8Array(5))).toThrow(RangeError);
  });
});

describe('stable address', () => {
  test.each([
    ['2001:db8::/64', '12:ab:34:cd:56:ef', '2001:db8::10ab:34ff:fecd:56ef'],
    ['2001:0DB8:0:0::/64', '12:AB:34:CD:56:EF', '2001:db8::10ab:34ff:fecd:56ef'],
    ['fd00:1:2:3::/64', '02:00:00:00:00:01', 'fd00:1:2:3:0:ff:fe00:1'],
    ['2001:db8:0:1::/64', '00:1b:21:00:00:00', '2001:db8:0:1:21b:21ff:fe00:0'],
  ])('%s and %s', (prefix, mac, expected) => {
    expect(stableAddressOf(prefix, mac)).toBe(expected);
  });

  test('is unknown without a prefix, and of nonsense', () => {
    expect(stableAddressOf(null, '12:ab:34:cd:56:ef')).toBeNull();
    expect(stableAddressOf('2001:db8::/48', '12:ab:34:cd:56:ef')).toBeNull();
    expect(stableAddressOf('2001:db8::/64', 'no')).toBeNull();
  });

  test('gives the prefix and the MAC back', () => {
    const bytes = fc.array(fc.nat(255), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 6, maxLength: 6 }), (network, random) => {
        const prefix = { bytes: [0x20, 0x01, 0x0d, ...network] };
        const mac: MacOctets = macFromRandom(random);
        const address = stableAddress(prefix, mac);
        expect(address).not.toMatch(/[A-Z%]/);
        expect(parsePrefix(formatPrefix(prefix))).toEqual({ ok: true, value: prefix });
        expect(new Set(address.split(':')).size).toBeGreaterThan(1);
      }),
    );
  });
});

describe('endpoint', () => {
  test.each([
    ['1.2.3.4:23450', 'ipv4', '1.2.3.4'],
    ['[2001:db8::1]:23450', 'ipv6', '2001:db8::1'],
    ['hub.example.net:1', 'name', 'hub.example.net'],
    ['hub.example.net.:65535', 'name', 'hub.example.net.'],
    ['3com:80', 'name', '3com'],
  ])('%s', (text, kind, host) => {
    const parsed = parseEndpoint(text);
    expect(parsed.ok && [parsed.value.kind, parsed.value.host]).toEqual([kind, host]);
    expect(parsed.ok && formatEndpoint(parsed.value)).toBe(text);
  });

  test.each([
    ['1.2.3.4', 'no port'],
    ['2001:db8::1:23450', 'brackets'],
    ['1.2.3.4:70000', '1 to 65535'],
    ['1.2.3.400:1', 'not a valid IPv4'],
    ['[fe80::1]:1', 'cannot be a hub'],
    ['my_hub:1', 'letters, digits and hyphens'],
  ])('says what is wrong with %s', (text, part) => {
    const parsed = parseEndpoint(text);
    expect(!parsed.ok && parsed.error.message).toContain(part);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseEndpoint(text)));
  });
});
