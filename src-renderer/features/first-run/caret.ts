/** Where the caret of `before` belongs in `after`, a text of the same lines: on its line, as far along as it goes. */
export function caretAfter(before: string, caret: number, after: string): number {
  const above = before.slice(0, caret).split('\n');
  const line = above.length - 1;
  const column = above[line]?.length ?? 0;
  const lines = after.split('\n');
  if (line >= lines.length) {
    return after.length;
  }
  const start = lines.slice(0, line).reduce((length, text) => length + text.length + 1, 0);
  return start + Math.min(column, lines[line]?.length ?? 0);
}
