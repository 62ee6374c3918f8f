/** One line of the table. `met` is missing where there is no goal. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export function table(figures: readonly Figure[]): string {
  const width = (key: 'what' | 'value' | 'goal') =>
    Math.max(...figures.map((figure) => (figure[key] ?? '').length));
  const [what, value, goal] = [width('what'), width('value'), width('goal')];
  return figures
    .map((figure) => {
      const verdict = figure.met === undefined ? '' : figure.met ? 'met' : 'NOT MET';
      const columns = [
        figure.what.padEnd(what),
        figure.value.padStart(value),
        (figure.goal ?? '').padEnd(goal),
        verdict,
      ];
      return `  ${columns.join('   ').trimEnd()}\n`;
    })
    .join('');
}

/** A figure with an upper bound as its goal. */
export function atMost(
  what: string,
  value: number,
  goal: number,
  show: (n: number) => string,
): Figure {
  return { what, value: show(value), goal: `goal ${show(goal)} or less`, met: value <= goal };
}

/** A figure with a lower bound as its goal. */
export function atLeast(
  what: string,
  value: number,
  goal: number,
  show: (n: number) => string,
): Figure {
  return { what, value: show(value), goal: `goal ${show(goal)} or more`, met: value >= goal };
}
