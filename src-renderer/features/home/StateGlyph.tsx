import type { ReactNode } from 'react';
import type { SessionWord } from '../../../src-shared/model/session-state.ts';
import styles from './StateGlyph.module.css';
import { toneOf } from './tone.ts';

/** Each state has an outline of its own, so that it is known without its colour. */
const SHAPES: Record<SessionWord, ReactNode> = {
  off: <circle cx="24" cy="24" r="17" />,
  connecting: (
    <>
      <circle className={styles.turning} cx="24" cy="24" r="17" strokeDasharray="15.4 11.3" />
      <circle className={styles.solid} cx="24" cy="24" r="4.5" />
    </>
  ),
  verified: (
    <>
      <circle className={styles.solid} cx="24" cy="24" r="18.5" />
      <path className={styles.cut} d="m16 24.5 5.6 5.6L32.4 18.6" />
    </>
  ),
  degraded: (
    <>
      <path d="M24 5.5 44 40H4z" />
      <path d="M24 18.5v10m0 5.5v.1" />
    </>
  ),
  roaming: <path d="M9 18h28l-7-7M39 30H11l7 7" />,
  waiting: (
    <>
      <path d="M12 7h24M12 41h24M15 7v6c0 6 9 8 9 11s-9 5-9 11v6M33 7v6c0 6-9 8-9 11s9 5 9 11v6" />
      <path className={styles.solid} d="M18.5 38.5c0-4 5.5-4.5 5.5-7 0 2.5 5.5 3 5.5 7z" />
    </>
  ),
  failed: (
    <>
      <path d="M16.5 6h15L42 16.5v15L31.5 42h-15L6 31.5v-15z" />
      <path d="m18 18 12 12m0-12L18 30" />
    </>
  ),
};

export function StateGlyph({ word }: { readonly word: SessionWord }) {
  return (
    <svg
      className={styles.glyph}
      data-tone={toneOf(word)}
      data-state={word}
      viewBox="0 0 48 48"
      aria-hidden="true"
    >
      {SHAPES[word]}
    </svg>
  );
}
