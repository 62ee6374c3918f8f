import * as z from 'zod';
import { addNamedIssue, checked } from './checked.ts';
import { parseEndpoint } from './endpoint.ts';
import { parseHubAddress, parseIpv4, parseIpv4Host } from './ipv4.ts';
import { parseMac } from './mac.ts';
import { parsePrefix } from './prefix.ts';
import { checkProfileName } from './profile-name.ts';
import { checkHubKey, checkKey, checkPublicKey } from './wireguard-key.ts';

/** Text fields by what they must be; shared by the profile and by the wire. */
export const nameText = checked(checkProfileName);
export const publicKeyText = checked(checkPublicKey);
export const secretKeyText = checked(checkKey);
export const macText = checked(parseMac);
export const prefixText = checked(parsePrefix);
export const endpointText = checked(parseEndpoint);

/** What a tunnel is, in a profile and on the wire alike; see helpers/internal/proto.Tunnel. */
export const tunnelFields = {
  name: nameText,
  publicKey: publicKeyText,
  listenPort: z.int().min(0).max(65535),
  address: checked(parseIpv4Host),
  hub: z.strictObject({
    publicKey: publicKeyText,
    endpoint: endpointText,
    address: checked(parseIpv4),
  }),
  mac: macText,
  prefix: prefixText.nullable(),
  txOffload: z.enum(['auto', 'off', 'keep']),
  engine: z.enum(['auto', 'kernel', 'userspace']),
};

type Checked = {
  readonly publicKey: string;
  readonly address: string;
  readonly hub: { readonly publicKey: string; readonly address: string };
};

/** What no single field can tell: the hub is another host of our network, with another key. */
export function checkHubAgainstUs(tunnel: Checked, context: z.RefinementCtx): void {
  const ours = parseIpv4Host(tunnel.address);
  const hub = ours.ok ? parseHubAddress(tunnel.hub.address, ours.value) : ours;
  if (!hub.ok) {
    addNamedIssue(context, hub.error, ['hub', 'address']);
  }
  const key = checkHubKey(tunnel.hub.publicKey, tunnel.publicKey);
  if (!key.ok) {
    addNamedIssue(context, key.error, ['hub', 'publicKey']);
  }
}
