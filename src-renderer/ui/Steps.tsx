import { cx } from './cx.ts';
import { Hidden } from './Hidden.tsx';
import { Icon } from './Icon.tsx';
import styles from './Steps.module.css';

type Props = {
  readonly label: string;
  readonly steps: readonly string[];
  /** Which is under way, from 0. */
  readonly current: number;
};

export function Steps({ label, steps, current }: Props) {
  return (
    <ol className={styles.steps} aria-label={label}>
      {steps.map((step, index) => (
        <li
          key={step}
          className={cx(
            styles.step,
            index === current && styles.current,
            index < current && styles.done,
          )}
          aria-current={index === current ? 'step' : undefined}
        >
          <span className={styles.number}>
            {index < current ? <Icon name="check" /> : index + 1}
          </span>
          {step}
          {index < current && <Hidden>, done</Hidden>}
        </li>
      ))}
    </ol>
  );
}
