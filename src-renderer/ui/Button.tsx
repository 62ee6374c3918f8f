import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import styles from './Button.module.css';
import { cx } from './cx.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Spinner } from './Spinner.tsx';

type Props = Pick<
  ButtonProps,
  'aria-label' | 'aria-describedby' | 'autoFocus' | 'isDisabled' | 'isPending' | 'onPress' | 'type'
> & {
  /** `primary` once a page at most; `quiet` has no edge until it is pointed at. */
  readonly variant?: 'primary' | 'secondary' | 'quiet';
  readonly icon?: IconName;
  /** As wide as what it stands in. */
  readonly wide?: boolean;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
};

export function Button({ variant = 'secondary', icon, wide, children, ...rest }: Props) {
  const pending = rest.isPending === true;
  return (
    <AriaButton
      {...rest}
      className={cx(
        styles.button,
        styles[variant],
        wide && styles.wide,
        children === undefined && styles.bare,
      )}
    >
      {pending ? <Spinner /> : icon !== undefined && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}
