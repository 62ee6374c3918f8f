/** The picture's own units; it is drawn as wide as there is room. */
export const PICTURE = { width: 400, height: 78, lineY: 34, sag: 11 } as const;

/** Where the four places stand. */
export const PLACES = [38, 146, 254, 362] as const;

const REACH = 29;

/** A line hangs from one place to the next, like a mooring line. */
export type LegLine = {
  readonly from: number;
  readonly to: number;
  readonly middle: number;
  /** The whole line. */
  readonly whole: string;
  /** The line parted in the middle, its ends hanging down. */
  readonly parted: string;
};

export function legLine(index: 0 | 1 | 2): LegLine {
  const from = PLACES[index] + REACH;
  const to = (PLACES[index + 1] ?? PICTURE.width) - REACH;
  const middle = (from + to) / 2;
  const { lineY: y, sag } = PICTURE;
  const end = (start: number, way: 1 | -1) =>
    `M${start} ${y}q${way * 11} ${sag * 0.7} ${way * 14} ${sag * 2}`;
  return {
    from,
    to,
    middle,
    whole: `M${from} ${y}Q${middle} ${y + 2 * sag} ${to} ${y}`,
    parted: `${end(from, 1)}${end(to, -1)}`,
  };
}
