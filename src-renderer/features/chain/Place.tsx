import type { ReactNode } from 'react';
import type { NetworkFacts } from '../../../src-shared/ipc/app-state.ts';
import styles from './Place.module.css';

export type PlaceKind = 'laptop' | 'hub' | 'internet' | NetworkFacts['kind'];

/** Drawn around the origin, about 46 wide and 40 high. */
const DRAWINGS: Record<PlaceKind, ReactNode> = {
  laptop: (
    <>
      <rect x="-16.5" y="-16" width="33" height="23" rx="3" />
      <path d="M-22 10.5h44l-2.2 4.3a2 2 0 0 1-1.8 1.2h-36a2 2 0 0 1-1.8-1.2z" />
      <path
        className={styles.anchor}
        d="M0-8.6V2.6M-2.8-5.8h5.6M-5.4-1.8C-5 1-2.8 2.6 0 2.6S5 1 5.4-1.8"
      />
      <circle className={styles.anchor} cx="0" cy="-10.3" r="1.7" />
    </>
  ),
  wifi: (
    <>
      <path className={styles.detail} d="M-20-4.5a28.5 28.5 0 0 1 40 0" />
      <path className={styles.detail} d="M-13 3a18.5 18.5 0 0 1 26 0" />
      <path className={styles.detail} d="M-6.2 10a9 9 0 0 1 12.4 0" />
      <circle className={styles.dot} cx="0" cy="15.5" r="2.3" />
    </>
  ),
  ethernet: (
    <>
      <path d="M-17-13.5h34a2 2 0 0 1 2 2v19a2 2 0 0 1-2 2h-5v5h-24v-5h-5a2 2 0 0 1-2-2v-19a2 2 0 0 1 2-2z" />
      <path className={styles.detail} d="M-10-13v7M-3.4-13v7M3.4-13v7M10-13v7" />
    </>
  ),
  mobile: (
    <>
      <path d="M0-3v19M-7 16H7" />
      <path className={styles.detail} d="M-8.5-11.5a12 12 0 0 0 0 17M8.5-11.5a12 12 0 0 1 0 17" />
      <path className={styles.detail} d="M-15-17a20 20 0 0 0 0 28M15-17a20 20 0 0 1 0 28" />
      <circle className={styles.dot} cx="0" cy="-3" r="3" />
    </>
  ),
  other: (
    <>
      <rect x="-7" y="-16" width="14" height="11" rx="2.5" />
      <rect x="-20" y="6" width="14" height="11" rx="2.5" />
      <rect x="6" y="6" width="14" height="11" rx="2.5" />
      <path className={styles.detail} d="M0-5v5.5M-13 6V.5h26V6" />
    </>
  ),
  hub: (
    <>
      <rect x="-19" y="-16.5" width="38" height="14.5" rx="3" />
      <rect x="-19" y="2" width="38" height="14.5" rx="3" />
      <path className={styles.detail} d="M4-9.2h8M4 9.2h8" />
      <circle className={styles.dot} cx="-11.5" cy="-9.2" r="2" />
      <circle className={styles.dot} cx="-11.5" cy="9.2" r="2" />
    </>
  ),
  internet: (
    <>
      <circle cx="0" cy="0" r="18.5" />
      <ellipse className={styles.detail} cx="0" cy="0" rx="8" ry="18.5" />
      <path className={styles.detail} d="M-17.3-6.5h34.6M-17.3 6.5h34.6" />
    </>
  ),
};

type Props = { readonly kind: PlaceKind; readonly x: number; readonly y: number; reached: boolean };

export function Place({ kind, x, y, reached }: Props) {
  return (
    <g className={styles.place} data-reached={reached} transform={`translate(${x} ${y})`}>
      {DRAWINGS[kind]}
    </g>
  );
}
