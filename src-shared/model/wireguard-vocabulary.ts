export const sectionNames = ['Interface', 'Peer', 'Mooring'] as const;
export type Section = (typeof sectionNames)[number];

/** Fields that are used. */
export const knownFields: Record<Section, readonly string[]> = {
  Interface: ['PrivateKey', 'Address', 'ListenPort'],
  Peer: ['PublicKey', 'PresharedKey', 'AllowedIPs', 'Endpoint'],
  Mooring: ['MAC', 'Hub', 'Prefix', 'PublicKey'],
};

const COMMANDS = 'not used: a profile never runs commands';

/** Fields of wg-quick that are accepted and not used, with the reason. */
export const ignoredFields: Record<Section, Readonly<Record<string, string>>> = {
  Interface: {
    DNS: "not used: the laptop's own name resolution stays as it is",
    MTU: 'not used: both MTUs follow from the encapsulation',
    Table: 'not used: Mooring has its own routing table',
    FwMark: 'not used: Mooring marks its packets itself',
    SaveConfig: 'not used: the profile is never written back to this file',
    PreUp: COMMANDS,
    PostUp: COMMANDS,
    PreDown: COMMANDS,
    PostDown: COMMANDS,
  },
  Peer: { PersistentKeepalive: 'not used: Mooring keeps the path open itself' },
  Mooring: {},
};

/** The candidate that a misspelling most likely meant: within two edits, and not a wholly different word. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[ _-]/g, '');
  const scored = candidates
    .map((candidate) => ({ candidate, edits: editDistance(plain(name), plain(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.min(2, candidate.length - 2));
  scored.sort((a, b) => a.edits - b.edits);
  return scored[0]?.candidate;
}

/** Insertions, deletions and replacements between two texts (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
