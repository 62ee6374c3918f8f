import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { Label } from 'react-aria-components/Label';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { cx } from '../../ui/cx.ts';
import { Row } from '../../ui/Row.tsx';
import styles from './ConfigEditor.module.css';
import { caretAfter } from './caret.ts';

type Props = {
  readonly text: string;
  readonly onWrite: (text: string) => void;
  /** The line that is wrong, from 1; null when none is to blame. */
  readonly wrongLine: number | null;
  readonly invalid: boolean;
  readonly describedBy: string;
  /** Stands beside the label. */
  readonly beside: ReactNode;
};

const EXAMPLE = `[Interface]
PrivateKey = …
Address = 172.16.0.2/24

[Peer]
PublicKey = …
AllowedIPs = 0.0.0.0/0
Endpoint = hub.example:23450`;

/** Where the file is pasted or written: lines with numbers, the wrong one marked. */
export function ConfigEditor({ text, onWrite, wrongLine, invalid, describedBy, beside }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const typed = useRef({ text, caret: 0 });
  const note = () => {
    typed.current = { text: area.current?.value ?? '', caret: area.current?.selectionStart ?? 0 };
  };

  useLayoutEffect(() => {
    const { text: before, caret } = typed.current;
    if (before !== text && area.current !== null) {
      const place = caretAfter(before, caret, text);
      area.current.setSelectionRange(place, place);
      typed.current = { text, caret: place };
    }
  }, [text]);

  const lines = text.split('\n').length;
  return (
    <TextField
      className={cx(styles.field)}
      value={text}
      onChange={(value) => {
        note();
        onWrite(value);
      }}
      isInvalid={invalid}
      aria-describedby={describedBy}
      autoFocus
    >
      <Row>
        <Label className={cx(styles.label)}>WireGuard file</Label>
        {beside}
      </Row>
      <div ref={frame} className={styles.frame} data-invalid={invalid}>
        <div className={styles.gutter} aria-hidden="true">
          <div className={styles.scrolled}>
            {Array.from({ length: lines }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line number is nothing but its place.
              <div key={index} data-wrong={index + 1 === wrongLine}>
                {index + 1}
              </div>
            ))}
          </div>
        </div>
        <div className={styles.sheet}>
          {wrongLine !== null && (
            <div className={cx(styles.scrolled, styles.stripe)} aria-hidden="true">
              <div style={{ top: `calc(${wrongLine - 1} * var(--line-height))` }} />
            </div>
          )}
          <TextArea
            ref={area}
            className={cx(styles.area)}
            placeholder={EXAMPLE}
            spellCheck="false"
            autoComplete="off"
            onSelect={note}
            onScroll={({ currentTarget }) =>
              frame.current?.style.setProperty('--scrolled', `${-currentTarget.scrollTop}px`)
            }
          />
        </div>
      </div>
    </TextField>
  );
}
