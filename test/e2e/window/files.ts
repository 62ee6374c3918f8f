import { randomBytes } from 'node:crypto';

/** New at each run, so that it is nowhere but where the app puts it. */
export const PRIVATE_KEY = randomBytes(32).toString('base64');

export const STABLE = '2001:db8:5a:0:10ab:34ff:fecd:56ef';

/** A WireGuard file as a hub's admin hands it out. */
export const GOOD = `[Interface]
PrivateKey = ${PRIVATE_KEY}
Address = 172.16.0.2/24

[Peer]
PublicKey = VshKmqMNHpnkFyiJVgXQ2oTuNDfYTXwJ1Fc6pSKP4y0=
AllowedIPs = 172.16.0.0/24
Endpoint = hub.example:23450

[Mooring]
MAC = 12:ab:34:cd:56:ef
Prefix = 2001:db8:5a::/64
`;

export type BadFile = {
  readonly what: string;
  readonly text: string;
  /** The line that is to be marked; null where nothing in the file is to blame. */
  readonly line: number | null;
  readonly says: readonly string[];
};

const bad = (
  what: string,
  [from, to]: readonly [string | RegExp, string],
  line: number | null,
  ...says: readonly string[]
): BadFile => ({ what, text: GOOD.replace(from, to), line, says });

export const BAD: readonly BadFile[] = [
  bad(
    'a misspelled field',
    ['Endpoint', 'Endpiont'],
    8,
    'Line 8',
    'There is no such field. It says “Endpiont”. Did you mean Endpoint?',
  ),
  bad(
    'a hub’s key cut short',
    ['NDfYTXwJ1Fc6pSKP4y0=', '…'],
    6,
    'Line 6, PublicKey in [Peer]',
    'A key is canonical base64 of 32 bytes, 44 characters. It says “VshKmqMNHpnkFyiJVgXQ2oTu',
  ),
  bad(
    'a group’s MAC',
    ['12:ab', '01:00'],
    11,
    'Line 11, MAC in [Mooring]',
    'A multicast MAC address cannot belong to a device. It says “01:00:34:cd:56:ef”.',
  ),
  bad(
    'no endpoint',
    [/^Endpoint.*\n/m, ''],
    null,
    'Endpoint in [Peer]',
    'Endpoint is missing in [Peer].',
  ),
  bad(
    'a prefix of another length',
    ['/64', '/56'],
    12,
    'Line 12, Prefix in [Mooring]',
    'The prefix must be a /64, because an EUI-64 fills the other half. It says “2001:db8:5a::/56”.',
  ),
  bad('two hubs', ['[Mooring]', '[Peer]'], 10, 'Line 10', 'There is one hub, so one [Peer].'),
  bad(
    'a hub that is not allowed',
    ['172.16.0.0/24', '10.0.0.0/8'],
    7,
    'Line 7, AllowedIPs in [Peer]',
    'AllowedIPs does not cover the hub, 172.16.0.1. It says “10.0.0.0/8”.',
  ),
];

/** The beginning of a program, as an editor would show it. */
export const GARBAGE = Buffer.from('7f454c4602010100feff0a00c3280a', 'hex');
