import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import { cx } from './cx.ts';
import styles from './TextInput.module.css';

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with the value; null when nothing is. */
  readonly error: string | null;
  readonly isDisabled?: boolean;
};

export function TextInput({ label, value, onChange, error, isDisabled = false }: Props) {
  return (
    <TextField
      className={cx(styles.field)}
      value={value}
      onChange={onChange}
      isInvalid={error !== null}
      isDisabled={isDisabled}
    >
      <Label className={cx(styles.label)}>{label}</Label>
      <Input className={cx(styles.input)} spellCheck="false" autoComplete="off" />
      <FieldError className={cx(styles.error)}>{error}</FieldError>
    </TextField>
  );
}
