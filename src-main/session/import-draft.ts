import type { Checked } from '../../src-shared/ipc/import-draft.ts';
import { stableAddressOf } from '../../src-shared/model/eui64.ts';
import { checkProfileName } from '../../src-shared/model/profile-name.ts';
import { parseWireGuardFile } from '../../src-shared/model/wireguard-file.ts';

// A canonical key behind any field but PublicKey, so that one behind a misspelled field is hidden too.
const SECRET =
  /^([ \t]*(?!PublicKey\b)[A-Za-z]+[ \t]*=[ \t]*)([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)/gim;
const HIDDEN = /\(hidden key \d+\)/g;

/**
 * A WireGuard file while a person writes it. The window works on a text in which each private or preshared key
 * is replaced by `(hidden key N)`; the keys stay here, until `discard`.
 */
export class ImportDraft {
  readonly #secrets = new Map<string, string>();
  #fileName = '';

  /** Reads `text`, of which keys may be hidden already. `taken` are names that profiles have. */
  check(text: string, taken: readonly string[]): Checked {
    const hidden = text.replace(SECRET, (_line, field: string, secret: string) => {
      return `${field}${this.#hide(secret)}`;
    });
    const file = parseWireGuardFile(this.reveal(hidden));
    const endpoint = file.ok ? file.value.hub.endpoint : '';
    return {
      text: hidden,
      suggestedName: freeName([this.#fileName, firstLabel(endpoint)], taken),
      warnings: file.ok ? file.value.warnings : [],
      outcome: file.ok
        ? {
            ok: true,
            mac: file.value.mac,
            prefix: file.value.prefix,
            address: file.value.mac && stableAddressOf(file.value.prefix, file.value.mac),
            hub: endpoint,
          }
        : file,
    };
  }

  /** Says which file the text comes from; a profile may be called like it. */
  from(fileName: string): void {
    this.#fileName = fileName.replace(/\.[^.]*$/, '');
  }

  /** The text with its keys. */
  reveal(text: string): string {
    return text.replace(HIDDEN, (word) => this.#secrets.get(word) ?? word);
  }

  discard(): void {
    this.#secrets.clear();
    this.#fileName = '';
  }

  #hide(secret: string): string {
    const known = [...this.#secrets].find(([, kept]) => kept === secret)?.[0];
    const word = known ?? `(hidden key ${this.#secrets.size + 1})`;
    this.#secrets.set(word, secret);
    return word;
  }
}

/** `hub` of `hub.example:23450`; empty where the hub is known by its address. */
function firstLabel(endpoint: string): string {
  return /^[A-Za-z][\w-]*(?=[.:])/.exec(endpoint)?.[0] ?? '';
}

/** The first of `ideas` that makes a name, with a number when it is taken. */
function freeName(ideas: readonly string[], taken: readonly string[]): string {
  const names = ideas.map((idea) => idea.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
  const words = names.map((name) => name.replace(/^-+/, '').slice(0, 28).replace(/-+$/, ''));
  const base = words.find((name) => checkProfileName(name).ok) ?? 'home';
  for (let n = 2, name = base; ; n += 1) {
    if (!taken.includes(name)) {
      return name;
    }
    name = `${base}-${n}`;
  }
}
