import type { ReactNode } from 'react';
import styles from './Scene.module.css';

type Props = { readonly tone: string; readonly children: ReactNode };

/** The tinted part at the head of a page, which ends in waves. Its tones are those of tones.css. */
export function Scene({ tone, children }: Props) {
  return (
    <div className={styles.scene} data-tone={tone}>
      {children}
      <svg
        className={styles.waves}
        viewBox="0 0 400 16"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path d="M0 8C50 2 90 1 140 6s110 8 160 3 70-6 100-2v9H0z" />
        <path d="M0 11c60 5 110 3 160-1s100-6 150-1 70 3 90 1v6H0z" />
      </svg>
    </div>
  );
}
