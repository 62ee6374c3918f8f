import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import styles from './Choice.module.css';
import { cx } from './cx.ts';
import { Icon } from './Icon.tsx';

export type Option<T extends string> = { readonly value: T; readonly words: string };

type Props<T extends string> = {
  readonly label: string;
  /** Seen, or only read out. */
  readonly labelShown?: boolean;
  readonly options: readonly Option<T>[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
};

/** One of a few, in a list that opens. */
export function Choice<T extends string>(props: Props<T>) {
  const { label, labelShown = false, options, chosen, onChoose } = props;
  return (
    <Select
      className={cx(styles.choice)}
      value={chosen}
      onChange={(key) => {
        const option = options.find(({ value }) => value === key);
        if (option !== undefined && option.value !== chosen) {
          onChoose(option.value);
        }
      }}
      {...(labelShown ? {} : { 'aria-label': label })}
    >
      {labelShown && <Label className={cx(styles.label)}>{label}</Label>}
      <Button className={cx(styles.button)}>
        <SelectValue className={cx(styles.value)}>
          {options.find(({ value }) => value === chosen)?.words}
        </SelectValue>
        <Icon name="choose" />
      </Button>
      <Popover className={cx(styles.popover)} offset={4}>
        <ListBox className={cx(styles.list)} items={options}>
          {({ value, words }) => (
            <ListBoxItem id={value} textValue={words} className={cx(styles.item)}>
              <span className={styles.mark}>{value === chosen && <Icon name="check" />}</span>
              {words}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
