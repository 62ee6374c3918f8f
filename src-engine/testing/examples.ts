import type { Tunnel } from '../../src-shared/helper-protocol/requests.ts';
import type { Profile } from '../../src-shared/model/profile.ts';

/** Keys made for tests. EXAMPLE_PUBLIC belongs to EXAMPLE_PRIVATE. */
export const EXAMPLE_PRIVATE = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
export const EXAMPLE_PUBLIC = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=';
export const EXAMPLE_HUB = 'VshKmqMNHpnkFyiJVgXQ2oTuNDfYTXwJ1Fc6pSKP4y0=';

/** The example network of the documentation, as the helper is told. */
export function exampleTunnel(over: Partial<Tunnel> = {}): Tunnel {
  return {
    name: 'home',
    publicKey: EXAMPLE_PUBLIC,
    listenPort: 3243,
    address: '172.16.0.2/24',
    hub: { publicKey: EXAMPLE_HUB, endpoint: '1.2.3.4:23450', address: '172.16.0.1' },
    mac: '12:ab:34:cd:56:ef',
    prefix: '2001:db8::/64',
    txOffload: 'auto',
    engine: 'auto',
    ...over,
  };
}

export function exampleProfile(over: Partial<Profile> = {}): Profile {
  return { version: 1, ...exampleTunnel(), learnedPrefix: null, ...over };
}

/** The file that exampleProfile is imported from. */
export const EXAMPLE_FILE = `[Interface]
PrivateKey = ${EXAMPLE_PRIVATE}
Address = 172.16.0.2/24
ListenPort = 3243
[Peer]
PublicKey = ${EXAMPLE_HUB}
AllowedIPs = 0.0.0.0/0
Endpoint = 1.2.3.4:23450
[Mooring]
MAC = 12:ab:34:cd:56:ef     # optional: made and kept when missing
Hub = 172.16.0.1            # optional: the first host of Address
Prefix = 2001:db8::/64      # optional: learned from the first RA
`;

/** The same for a key that the helper holds already. */
export const EXAMPLE_HELD = `${EXAMPLE_FILE.replace(/^PrivateKey.*\n/m, '')}PublicKey = ${EXAMPLE_PUBLIC}\n`;
