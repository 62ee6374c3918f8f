import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWireGuardFile } from './wireguard-file.ts';

const PRIVATE = 'kMKYVw6ATgSRZE5SBtPLqB1jdWkh6S9Pmn0M9BiIPnY=';
const HUB = 'VshKmqMNHpnkFyiJVgXQ2oTuNDfYTXwJ1Fc6pSKP4y0=';
const OURS = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=';
const PRESHARED = 'mSmJRzAoRS22X0BOvsoKIyuRc+wY6XVDSM3KhKYXQ3M=';

const FULL = `[Interface]
PrivateKey = ${PRIVATE}
Address = 172.16.0.2/24
ListenPort = 3243
[Peer]
PublicKey = ${HUB}
AllowedIPs = 0.0.0.0/0
Endpoint = 1.2.3.4:23450
[Mooring]
MAC = 12:AB:34:cd:56:ef     # optional: made and kept when missing
Hub = 172.16.0.1            # optional: the first host of Address
Prefix = 2001:DB8::/64      # optional: learned from the first RA
`;

const inFile = {
  kind: 'in-file',
  privateKey: PRIVATE,
  presharedKey: undefined,
  publicKey: undefined,
};

const full = {
  key: inFile,
  listenPort: 3243,
  address: '172.16.0.2/24',
  hub: { publicKey: HUB, endpoint: '1.2.3.4:23450', address: '172.16.0.1' },
  mac: '12:ab:34:cd:56:ef',
  prefix: '2001:db8::/64',
  warnings: [],
};

const edit = (from: string | RegExp, to: string) => FULL.replace(from, to);
const without = (field: string) => FULL.replace(new RegExp(`^${field} .*\n`, 'm'), '');
const HELD = `${without('PrivateKey')}PublicKey = ${OURS}\n`;

describe('accepted', () => {
  test.each([
    ['the example', FULL, {}],
    ['Windows line ends and a byte order mark', `\uFEFF${FULL.replaceAll('\n', '\r\n')}`, {}],
    ['fields without case or spaces', edit('ListenPort = 3243', 'listenport=3243'), {}],
    ['sections without case', edit('[Mooring]', '[ mooring ]'), {}],
    ['comments of both kinds', `; made by hand\n# yes\n${FULL}`, {}],
    ['no MAC', without('MAC'), { mac: null }],
    ['no prefix', without('Prefix'), { prefix: null }],
    ['no hub: the first host', without('Hub'), {}],
    ['no port: any', without('ListenPort'), { listenPort: 0 }],
    ['no section of ours', FULL.slice(0, FULL.indexOf('[Mooring]')), { mac: null, prefix: null }],
    [
      'a preshared key',
      edit('Endpoint', `PresharedKey = ${PRESHARED}\nEndpoint`),
      { key: { ...inFile, presharedKey: PRESHARED } },
    ],
    ['a key that the helper holds', HELD, { key: { kind: 'held', publicKey: OURS } }],
    [
      'the key and its public half',
      `${FULL}PublicKey = ${OURS}\n`,
      { key: { ...inFile, publicKey: OURS } },
    ],
    ['the hub alone is allowed', edit('0.0.0.0/0', '::/0, 172.16.0.1'), {}],
    [
      'allowed networks in two lines',
      edit('AllowedIPs = 0.0.0.0/0', 'AllowedIPs = ::/0\nAllowedIPs = 172.16.0.0/24'),
      {},
    ],
  ])('%s', (_about, text, over) => {
    expect(parseWireGuardFile(text)).toEqual({ ok: true, value: { ...full, ...over } });
  });

  test.each([
    ['DNS = 1.1.1.1', 'Interface.DNS', 'name resolution'],
    ['MTU = 1400', 'Interface.MTU', 'encapsulation'],
    ['PostUp = rm -rf /', 'Interface.PostUp', 'never runs commands'],
    ['Table = off', 'Interface.Table', 'routing table'],
    ['Address = fd00::2/64', 'Interface.Address', 'by Ethernet'],
  ])('with a warning: %s', (line, field, part) => {
    const parsed = parseWireGuardFile(edit('ListenPort', `${line}\nListenPort`));
    expect(parsed.ok && parsed.value.warnings).toEqual([
      { line: 4, field, message: expect.stringContaining(part) },
    ]);
  });
});

describe('refused', () => {
  test.each([
    [edit(PRIVATE, 'hunter2'), 'bad-key', 2, 'Interface.PrivateKey', undefined],
    [
      edit('Endpoint', 'PresharedKey = hunter2\nEndpoint'),
      'bad-key',
      8,
      'Peer.PresharedKey',
      undefined,
    ],
    [edit(HUB, 'hunter2'), 'bad-key', 6, 'Peer.PublicKey', 'hunter2'],
    [edit('172.16.0.2/24', 'fd00::2/64'), 'missing-field', 0, 'Interface.Address', undefined],
    [
      edit('172.16.0.2/24', '172.16.0.2/32'),
      'bad-address',
      3,
      'Interface.Address',
      '172.16.0.2/32',
    ],
    [edit('172.16.0.2/24', '172.16.0.2'), 'bad-address', 3, 'Interface.Address', '172.16.0.2'],
    [
      edit('172.16.0.2/24', '172.16.0.2/24,172.16.0.3/24'),
      'bad-address',
      3,
      'Interface.Address',
      '172.16.0.3/24',
    ],
    [
      edit('172.16.0.2/24', '172.16.0.0/24'),
      'bad-address',
      3,
      'Interface.Address',
      '172.16.0.0/24',
    ],
    [edit('3243', '65536'), 'bad-port', 4, 'Interface.ListenPort', '65536'],
    [edit('3243', 'off'), 'bad-port', 4, 'Interface.ListenPort', 'off'],
    [edit('1.2.3.4:23450', '1.2.3.4'), 'bad-endpoint', 8, 'Peer.Endpoint', '1.2.3.4'],
    [edit('12:AB', '01:AB'), 'bad-mac', 10, 'Mooring.MAC', '01:AB:34:cd:56:ef'],
    [
      edit('12:AB:34:cd:56:ef', '00:00:00:00:00:00'),
      'bad-mac',
      10,
      'Mooring.MAC',
      '00:00:00:00:00:00',
    ],
    [edit('172.16.0.1 ', '172.16.0.2 '), 'bad-address', 11, 'Mooring.Hub', '172.16.0.2'],
    [edit('172.16.0.1 ', '172.16.9.1 '), 'bad-address', 11, 'Mooring.Hub', '172.16.9.1'],
    [edit('::/64', '::/80'), 'bad-prefix', 12, 'Mooring.Prefix', '2001:DB8::/80'],
    [edit('0.0.0.0/0', '10.0.0.0/8'), 'bad-allowed-ips', 7, 'Peer.AllowedIPs', '10.0.0.0/8'],
    [
      edit('0.0.0.0/0', '0.0.0.0/0,everything'),
      'bad-allowed-ips',
      7,
      'Peer.AllowedIPs',
      'everything',
    ],
    [without('PrivateKey'), 'missing-field', 0, 'Interface.PrivateKey', undefined],
    [without('Address'), 'missing-field', 0, 'Interface.Address', undefined],
    [without('PublicKey'), 'missing-field', 0, 'Peer.PublicKey', undefined],
    [without('AllowedIPs'), 'missing-field', 0, 'Peer.AllowedIPs', undefined],
    [without('Endpoint'), 'missing-field', 0, 'Peer.Endpoint', undefined],
    [without('Hub').replace('0.2/24', '0.1/24'), 'missing-field', 0, 'Mooring.Hub', undefined],
    [edit(' 3243', ''), 'empty-field', 4, 'Interface.ListenPort', undefined],
    [
      edit('ListenPort', 'PrivateKey = x\nListenPort'),
      'duplicate-field',
      4,
      'Interface.PrivateKey',
      undefined,
    ],
    [edit('[Mooring]', '[Peer]'), 'duplicate-section', 9, undefined, 'Peer'],
    [edit('[Mooring]', '[Moring]'), 'unknown-section', 9, undefined, 'Moring'],
    [edit('[Mooring]', '[Mooring'), 'bad-line', 9, undefined, undefined],
    [edit('ListenPort =', 'ListenPort'), 'bad-line', 4, undefined, undefined],
    [edit('ListenPort', 'Listen Prot'), 'unknown-field', 4, undefined, 'Listen Prot'],
    [edit('MAC', 'Endpoint'), 'unknown-field', 10, undefined, 'Endpoint'],
    [HELD.replace(OURS, 'nokey'), 'bad-key', 12, 'Mooring.PublicKey', 'nokey'],
    [`${HELD}PublicKey = ${OURS}`, 'duplicate-field', 13, 'Mooring.PublicKey', undefined],
    [
      HELD.replace('Endpoint', `PresharedKey = ${PRESHARED}\nEndpoint`),
      'missing-field',
      0,
      'Interface.PrivateKey',
      undefined,
    ],
    [`Address = 172.16.0.2/24\n${FULL}`, 'bad-line', 1, undefined, undefined],
    ['x'.repeat(70_000), 'file-too-large', 0, undefined, undefined],
    ['', 'missing-field', 0, 'Interface.PrivateKey', undefined],
  ])('%#: %2$s', (text, name, line, field, quoted) => {
    const parsed = parseWireGuardFile(text);
    expect(
      !parsed.ok && [parsed.error.name, parsed.error.line, parsed.error.field, parsed.error.quoted],
    ).toEqual([name, line, field, quoted]);
    expect(!parsed.ok && parsed.error.message).not.toBe('');
  });

  test.each([
    ['[Interfaces]', 'Interface'],
    ['[Interface]\nPrivate-Key = x', 'PrivateKey'],
    ['[Peer]\nAllowedIP = x', 'AllowedIPs'],
    ['[Peer]\nEndpont = x', 'Endpoint'],
    ['[Mooring]\nMacs = x', 'MAC'],
    ['[Mooring]\nColour = x', undefined],
  ])('suggests: %s', (text, suggestion) => {
    const parsed = parseWireGuardFile(text);
    expect(!parsed.ok && parsed.error.suggestion).toBe(suggestion);
  });
});

describe('secrets', () => {
  test.each([
    ['the key alone on a line', edit(`PrivateKey = ${PRIVATE}`, PRIVATE)],
    ['the key broken in two', edit(PRIVATE, `${PRIVATE.slice(0, 20)}\n${PRIVATE.slice(20)}`)],
    ['the key as a section', edit('[Peer]', `[${PRIVATE}]`)],
    ['the key behind a misspelt field', edit('PrivateKey', 'PrivatKey')],
    ['the key twice', edit('ListenPort = 3243', `PrivateKey = ${PRIVATE}`)],
    ['the key without its end', edit(PRIVATE, PRIVATE.slice(0, 43))],
  ])('are not quoted: %s', (_about, text) => {
    const parsed = parseWireGuardFile(text);
    expect(parsed.ok).toBe(false);
    const said = JSON.stringify(parsed);
    expect(said).not.toContain(PRIVATE.slice(0, 20));
    expect(said).not.toContain(PRIVATE.slice(24, 43));
  });
});

test('never throws and never quotes the key, whatever the file', () => {
  const lines = FULL.split('\n');
  const noise = fc.oneof(
    fc.string(),
    fc.constantFrom(...lines),
    fc.constantFrom('[', ']', '=', '#', ' = x'),
  );
  const mutilated = fc
    .array(fc.record({ at: fc.nat(lines.length), drop: fc.nat(2), put: noise }), { maxLength: 6 })
    .map((edits) => {
      const copy = [...lines];
      for (const { at, drop, put } of edits) {
        copy.splice(at, drop, put);
      }
      return copy.join('\n');
    });
  fc.assert(
    fc.property(fc.oneof(mutilated, fc.string({ unit: 'binary' })), (text) => {
      const parsed = parseWireGuardFile(text);
      if (!parsed.ok) {
        expect(JSON.stringify(parsed.error)).not.toContain(PRIVATE);
        expect(parsed.error.line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
      }
    }),
    { numRuns: 1000 },
  );
});
