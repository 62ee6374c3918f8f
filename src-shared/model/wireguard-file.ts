import { formatEndpoint, parseEndpoint } from './endpoint.ts';
import { formatIpv4, type Ipv4Host, networkOf, parseHubAddress } from './ipv4.ts';
import { readIpv6 } from './ipv6.ts';
import { formatMac, parseMac } from './mac.ts';
import { formatPrefix, parsePrefix } from './prefix.ts';
import { fail, type NamedError, ok, type Result, wrong } from './result.ts';
import { checkKey, checkPublicKey } from './wireguard-key.ts';
import {
  type Entry,
  type FileError,
  type Lines,
  readLines,
  type Warning,
} from './wireguard-lines.ts';
import { covers, listOf, parseLinkAddress, parseNetwork, parsePort } from './wireguard-values.ts';
import type { Section } from './wireguard-vocabulary.ts';

/**
 * Our own key: in the file, or one that the helper holds already and the file only names. A file may do both;
 * whether they are the same key is for the caller to check.
 */
export type FileKey =
  | {
      readonly kind: 'in-file';
      readonly privateKey: string;
      readonly presharedKey: string | undefined;
      readonly publicKey: string | undefined;
    }
  | { readonly kind: 'held'; readonly publicKey: string };

/**
 * A WireGuard file with our section, checked, in canonical text. Its `key` may hold secrets: hand those to the
 * helper and let go of them. `mac` is null when one must be made.
 */
export type WireGuardFile = {
  readonly key: FileKey;
  readonly listenPort: number;
  readonly address: string;
  readonly hub: { readonly publicKey: string; readonly endpoint: string; readonly address: string };
  readonly mac: string | null;
  readonly prefix: string | null;
  readonly warnings: readonly Warning[];
};

/**
 * Reads the format of wg-quick(8) plus [Mooring]. Pure; never throws.
 * Errors are those of readLines, `missing-field`, and the named error of the field, each with its line. The
 * text of PrivateKey and PresharedKey is never quoted.
 */
export function parseWireGuardFile(text: string): Result<WireGuardFile, FileError> {
  const lines = readLines(text);
  if (!lines.ok) {
    return lines;
  }
  try {
    return ok(new Reader(lines.value).read());
  } catch (error) {
    if (error instanceof Refused) {
      return fail(error.reason);
    }
    throw error;
  }
}

// Leaves the reader at the first error; never leaves this file.
class Refused {
  readonly reason: FileError;
  constructor(reason: FileError) {
    this.reason = reason;
  }
}

class Reader {
  readonly #lines: Lines;
  readonly #warnings: Warning[];

  constructor(lines: Lines) {
    this.#lines = lines;
    this.#warnings = [...lines.warnings];
  }

  read(): WireGuardFile {
    const key = this.#key();
    const ours = this.#address();
    const listenPort = this.#optional('Interface', 'ListenPort', parsePort) ?? 0;
    const publicKey = this.#required('Peer', 'PublicKey', checkPublicKey);
    const endpoint = this.#required('Peer', 'Endpoint', parseEndpoint);
    const mac = this.#optional('Mooring', 'MAC', parseMac);
    const prefix = this.#optional('Mooring', 'Prefix', parsePrefix);
    const hub = this.#hub(ours);
    this.#checkAllowed(hub);
    return {
      key,
      listenPort,
      address: `${formatIpv4(ours.address)}/${ours.length}`,
      hub: { publicKey, endpoint: formatEndpoint(endpoint), address: formatIpv4(hub) },
      mac: mac === undefined ? null : formatMac(mac),
      prefix: prefix === undefined ? null : formatPrefix(prefix),
      warnings: this.#warnings,
    };
  }

  #key(): FileKey {
    const privateKey = this.#optional('Interface', 'PrivateKey', checkKey);
    const publicKey = this.#optional('Mooring', 'PublicKey', checkPublicKey);
    const presharedKey = this.#optional('Peer', 'PresharedKey', checkKey);
    if (privateKey !== undefined) {
      return { kind: 'in-file', privateKey, presharedKey, publicKey };
    }
    if (publicKey === undefined) {
      const message =
        'PrivateKey is missing in [Interface], or PublicKey in [Mooring] for a key that the helper holds';
      return this.#missing('Interface', 'PrivateKey', message);
    }
    if (presharedKey !== undefined) {
      const message = 'PrivateKey is needed, because PresharedKey is stored together with it';
      return this.#missing('Interface', 'PrivateKey', message);
    }
    return { kind: 'held', publicKey };
  }

  #address(): Ipv4Host {
    const entries = this.#all('Interface', 'Address');
    const parts = entries.flatMap((entry) =>
      listOf(entry.value).map((value) => ({ ...entry, value })),
    );
    const ipv6 = parts.filter(({ value }) => readIpv6(value.split('/')[0] ?? '') !== undefined);
    for (const { line } of ipv6) {
      const message = 'not used: IPv6 comes from the hub by Ethernet, not over the link';
      this.#warnings.push({ line, field: 'Interface.Address', message });
    }
    const [first, second] = parts.filter((part) => !ipv6.includes(part));
    if (first === undefined) {
      return this.#missing('Interface', 'Address');
    }
    if (second !== undefined) {
      return this.#refuse(
        second,
        wrong('bad-address', 'the link has one IPv4 address', second.value),
      );
    }
    return this.#checked(first, parseLinkAddress);
  }

  #hub(ours: Ipv4Host): number {
    const entry = this.#all('Mooring', 'Hub')[0];
    if (entry !== undefined) {
      return this.#checked(entry, (text) => parseHubAddress(text, ours));
    }
    const network = networkOf(ours);
    const first = ours.length === 31 ? network.first : network.first + 1;
    if (first !== ours.address) {
      return first;
    }
    const message = "Hub is needed, because the network's first host is our own address";
    return this.#missing('Mooring', 'Hub', message);
  }

  #checkAllowed(hub: number): void {
    const entries = this.#all('Peer', 'AllowedIPs');
    const last = entries.at(-1);
    if (last === undefined) {
      this.#missing('Peer', 'AllowedIPs');
    }
    const networks = entries.flatMap((entry) =>
      listOf(entry.value).map((value) => this.#checked({ ...entry, value }, parseNetwork)),
    );
    if (!networks.some((network) => network !== 'ipv6' && covers(network, hub))) {
      const message = `AllowedIPs does not cover the hub, ${formatIpv4(hub)}`;
      this.#refuse(last, wrong('bad-allowed-ips', message, last.value));
    }
  }

  #all(section: Section, field: string): readonly Entry[] {
    return this.#lines.entries.filter(
      (entry) => entry.section === section && entry.field === field,
    );
  }

  #required<T>(section: Section, field: string, parse: (text: string) => Result<T>): T {
    return this.#optional(section, field, parse) ?? this.#missing(section, field);
  }

  #optional<T>(section: Section, field: string, parse: (text: string) => Result<T>): T | undefined {
    const entry = this.#all(section, field)[0];
    return entry === undefined ? undefined : this.#checked(entry, parse);
  }

  #checked<T>(entry: Entry, parse: (text: string) => Result<T>): T {
    const result = parse(entry.value);
    return result.ok ? result.value : this.#refuse(entry, result);
  }

  #refuse(entry: Entry, { error }: { readonly error: NamedError }): never {
    const { line, section, field } = entry;
    throw new Refused({ ...error, line, section, field: `${section}.${field}` });
  }

  #missing(
    section: Section,
    field: string,
    message = `${field} is missing in [${section}]`,
  ): never {
    throw new Refused({
      name: 'missing-field',
      message,
      line: 0,
      section,
      field: `${section}.${field}`,
    });
  }
}
