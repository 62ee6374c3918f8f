/** One line of the closing table; `held` is missing where a number is only told. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly held?: boolean;
}

export const print = (text = '') => process.stdout.write(`${text}\n`);

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** A command as a person would type it, and what it answered. */
export function transcript(command: string, answer: string): void {
  print(`  $ ${command}`);
  for (const line of answer.trimEnd().split('\n').filter(Boolean)) print(`    ${line}`);
}

export function table(rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.what.length));
  const valueWidth = Math.max(...rows.map((row) => row.value.length));
  print();
  for (const { what, value, held } of rows) {
    const mark = held === undefined ? '' : held ? '   ok' : '   NOT AS PROMISED';
    print(`  ${what.padEnd(width)}   ${value.padStart(valueWidth)}${mark}`);
  }
  print();
}
