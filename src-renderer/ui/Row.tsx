import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import styles from './Row.module.css';

type Props = { readonly className?: string | undefined; readonly children: ReactNode };

/** Words, and at the end of their line perhaps a quiet button. */
export function Row({ className, children }: Props) {
  return <div className={cx(styles.row, className)}>{children}</div>;
}
