import type { ReactNode } from 'react';
import styles from './Banner.module.css';
import { Button } from './Button.tsx';

type Props = {
  readonly title: string;
  readonly children: ReactNode;
  readonly onDismiss: () => void;
};

/** Something went wrong that was asked for; said at once. */
export function Banner({ title, children, onDismiss }: Props) {
  return (
    <div className={styles.banner} role="alert">
      <svg className={styles.mark} width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
        <path d="M9 2 17 16H1z" />
        <path d="M9 7v4m0 2.2v.1" />
      </svg>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children}
      </div>
      <Button variant="quiet" icon="close" aria-label="Dismiss" onPress={onDismiss} />
    </div>
  );
}
