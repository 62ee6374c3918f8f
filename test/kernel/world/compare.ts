import assert from 'node:assert/strict';

/** Lines that only one of two snapshots has, marked with the part they stand in. */
export function difference(before: string, after: string): string[] {
  const old = marked(before);
  const fresh = marked(after);
  const gone = [...old].filter((line) => !fresh.has(line)).map((line) => `- ${line}`);
  const added = [...fresh].filter((line) => !old.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...added];
}

function marked(text: string): Set<string> {
  const lines = new Set<string>();
  const seen = new Map<string, number>();
  let part = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) part = line.slice(2);
    const name = `[${part}] ${line.trim()}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    lines.add(count === 1 ? name : `${name} (${count})`);
  }
  return lines;
}

/**
 * Fails with the differing lines alone: a whole snapshot has two thousand.
 * @param allowed what may differ, as the start of a line after its mark
 */
export function assertSame(before: string, after: string, allowed: readonly string[] = []): void {
  const lines = difference(before, after).filter(
    (line) => !allowed.some((start) => line.includes(`] ${start}`)),
  );
  assert.equal(lines.length, 0, `the machine is not as before:\n${lines.slice(0, 40).join('\n')}`);
}
