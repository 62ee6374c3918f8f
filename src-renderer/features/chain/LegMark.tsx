import type { ReactNode } from 'react';
import type { LegHealth } from '../../../src-shared/model/chain.ts';
import styles from './LegMark.module.css';

const SHAPES: Record<LegHealth, ReactNode> = {
  good: (
    <>
      <circle className={styles.solid} cx="8" cy="8" r="7" />
      <path className={styles.cut} d="m4.9 8.2 2.2 2.2 4-4.6" />
    </>
  ),
  doubtful: (
    <>
      <path className={styles.solid} d="M8 .8 15.6 14.4H.4z" />
      <path className={styles.cut} d="M8 5.7v4m0 2.2v.1" />
    </>
  ),
  broken: (
    <>
      <path className={styles.solid} d="M4.9 .8h6.2L15.2 4.9v6.2L11.1 15.2H4.9L.8 11.1V4.9z" />
      <path className={styles.cut} d="m5.5 5.5 5 5m0-5-5 5" />
    </>
  ),
  unknown: <circle className={styles.hollow} cx="8" cy="8" r="5" />,
};

/** The mark of a leg; its shape tells its health. Drawn around (x, y) inside a picture, or in a line of text. */
export function LegMark({ health, at }: { health: LegHealth; at?: readonly [number, number] }) {
  const place = at === undefined ? {} : { x: at[0] - 8, y: at[1] - 8 };
  return (
    <svg
      className={styles.mark}
      data-tone={health}
      {...place}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {SHAPES[health]}
    </svg>
  );
}
