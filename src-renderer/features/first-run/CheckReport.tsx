import type { Checked } from '../../../src-shared/ipc/import-draft.ts';
import { asSentence } from '../../../src-shared/model/format.ts';
import type { NamedError } from '../../../src-shared/model/result.ts';
import { LegMark } from '../chain/LegMark.tsx';
import styles from './CheckReport.module.css';

type Blamed = NamedError & {
  readonly line?: number | undefined;
  readonly suggestion?: string | undefined;
};
type Outcome = Extract<Checked['outcome'], { ok: true }>;

/** What is to be said of the file so far; read out as it changes. */
export function CheckReport({ checked }: { readonly checked: Checked | null }) {
  return (
    <div id="report" role="status" className={styles.report}>
      {checked?.outcome.ok === false && <Problem error={checked.outcome.error} />}
      {checked?.outcome.ok === true && <Prospect outcome={checked.outcome} />}
      {checked !== null && checked.warnings.length > 0 && (
        <ul className={styles.warnings}>
          {checked.warnings.map(({ line, field, message }) => (
            <li key={`${line} ${field} ${message}`}>
              Line {line}, {fieldWords(field)} – {message}.
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** An error by line and field, with what was read and what was perhaps meant. */
export function Problem({ error }: { readonly error: Blamed }) {
  const { message, quoted, suggestion } = error;
  const where = whereWords(error);
  return (
    <div className={styles.problem} data-tone="broken">
      <LegMark health="broken" />
      <div>
        {where !== null && <p className={styles.where}>{where}</p>}
        <p>
          {asSentence(message)}
          {quoted !== undefined && !message.includes(quoted) && <> It says “{quoted}”.</>}
          {suggestion !== undefined && <> Did you mean {suggestion}?</>}
        </p>
      </div>
    </div>
  );
}

function whereWords({ line, field }: Blamed): string | null {
  const parts = [
    ...(line === undefined || line === 0 ? [] : [`line ${line}`]),
    ...(field === undefined ? [] : [fieldWords(field)]),
  ];
  const words = parts.join(', ');
  return words === '' ? null : words.charAt(0).toUpperCase() + words.slice(1);
}

/** `Peer.Endpoint` is where a program finds it, `Endpoint in [Peer]` where a person does. */
function fieldWords(field: string): string {
  const [section, name] = field.split('.');
  return name === undefined ? field : `${name} in [${section}]`;
}

function Prospect({ outcome }: { readonly outcome: Outcome }) {
  const { address, hub } = outcome;
  return (
    <div className={styles.good} data-tone="good">
      <LegMark health="good" />
      <dl className={styles.facts}>
        <dt>Address</dt>
        <dd className={styles.mono}>{address ?? 'Known after the first connection'}</dd>
        <dt>Hub</dt>
        <dd className={styles.mono}>{hub}</dd>
      </dl>
    </div>
  );
}
