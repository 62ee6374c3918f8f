import { readIpv4 } from './ipv4.ts';
import { isIpv4Mapped, isLinkLocal, isMulticast, isUnspecified, readIpv6 } from './ipv6.ts';
import { ok, type Result, wrong } from './result.ts';

/** The hub's UDP endpoint: `host` without brackets. */
export type Endpoint = {
  readonly host: string;
  readonly port: number;
  readonly kind: 'ipv4' | 'ipv6' | 'name';
};

const PORT = /^[1-9][0-9]{0,4}$/;
const LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/**
 * Reads `1.2.3.4:23450`, `[2001:db8::1]:23450` or `hub.example.net:23450`.
 * Errors: `bad-endpoint`, saying which part is wrong.
 */
export function parseEndpoint(text: string): Result<Endpoint> {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(colon, 0));
  const port = text.slice(colon + 1);
  const bracketed = text.startsWith('[');
  if (colon < 0 || (bracketed && text.endsWith(']'))) {
    return wrong('bad-endpoint', 'the endpoint has no port, as in 1.2.3.4:23450', text);
  }
  if (bracketed !== host.endsWith(']') || (!bracketed && host.includes(':'))) {
    return wrong('bad-endpoint', 'an IPv6 endpoint stands in brackets: [2001:db8::1]:23450', text);
  }
  if (!PORT.test(port) || Number(port) > 65535) {
    return wrong('bad-endpoint', 'the port of an endpoint is a number from 1 to 65535', text);
  }
  if (bracketed) {
    return ipv6Endpoint(host.slice(1, -1), Number(port), text);
  }
  return isNumeric(host)
    ? ipv4Endpoint(host, Number(port), text)
    : nameEndpoint(host, Number(port), text);
}

/** Brackets an IPv6 host. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = endpoint.kind === 'ipv6' ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

// No public name ends in a label of digits alone, so 1.2.3.400 is a misspelt address and is said to be one.
function isNumeric(host: string): boolean {
  return /(?:^|\.)[0-9]+\.?$/.test(host);
}

function ipv6Endpoint(host: string, port: number, text: string): Result<Endpoint> {
  const bytes = readIpv6(host);
  if (bytes === undefined) {
    return wrong('bad-endpoint', 'there is no IPv6 address without a zone in the brackets', text);
  }
  if (isLinkLocal(bytes) || isMulticast(bytes) || isIpv4Mapped(bytes) || isUnspecified(bytes)) {
    return wrong('bad-endpoint', 'this kind of IPv6 address cannot be a hub', text);
  }
  return ok({ host, port, kind: 'ipv6' });
}

function ipv4Endpoint(host: string, port: number, text: string): Result<Endpoint> {
  const address = readIpv4(host);
  if (address === undefined) {
    return wrong('bad-endpoint', 'the host is not a valid IPv4 address', text);
  }
  const first = address >>> 24;
  if (first === 0 || first > 223) {
    return wrong('bad-endpoint', 'this kind of IPv4 address cannot be a hub', text);
  }
  return ok({ host, port, kind: 'ipv4' });
}

function nameEndpoint(host: string, port: number, text: string): Result<Endpoint> {
  const labels = host.replace(/\.$/, '').split('.');
  if (host === '' || host.length > 253 || !labels.every((label) => LABEL.test(label))) {
    return wrong(
      'bad-endpoint',
      'the host is neither an address nor a name of letters, digits and hyphens',
      text,
    );
  }
  return ok({ host, port, kind: 'name' });
}
