import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { AppState } from '../../../src-shared/ipc/app-state.ts';
import { asSentence } from '../../../src-shared/model/format.ts';
import { checkProfileName } from '../../../src-shared/model/profile-name.ts';
import { createDraft } from '../../store/draft.ts';
import { useActions, useIpc, useWindow } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import styles from './AddProfile.module.css';
import { CheckReport, Problem } from './CheckReport.tsx';
import { ConfigEditor } from './ConfigEditor.tsx';
import { FirstRunSteps } from './FirstRunSteps.tsx';
import { useFileDrop } from './use-file-drop.ts';

type Props = {
  readonly app: AppState;
  readonly replacing: string | null;
  readonly leavable: boolean;
};

/** Makes a profile of a WireGuard file: pasted, dropped, chosen or written here. */
export function AddProfile({ app, replacing, leavable }: Props) {
  const { profile } = useIpc();
  const { added, goHome } = useActions();
  const firstRun = useWindow((state) => state.firstRun);
  const [draft] = useState(() => createDraft(profile, replacing));
  const { text, checked, current, name, importing, error } = useStore(draft.store);
  const over = useFileDrop((file) => void draft.drop(file));
  useEffect(() => draft.leave, [draft]);

  const outcome = checked?.outcome;
  const nameError = outcome?.ok ? wrongName(name, replacing, app) : null;
  const ready = outcome?.ok === true && current && nameError === null;
  const submit = async () => {
    const made = await draft.submit();
    if (made !== null) {
      added(made);
    }
  };
  return (
    <main className={styles.page}>
      {firstRun && <FirstRunSteps current="profile" />}
      <div className={styles.title}>
        {leavable && <Button variant="quiet" icon="back" aria-label="Back" onPress={goHome} />}
        <h1>{replacing === null ? 'Add a profile' : `Import ${replacing} again`}</h1>
      </div>
      <p className={styles.lead}>
        Paste the WireGuard file that your hub’s admin gave you, drop it anywhere here, or choose
        it.
      </p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className={styles.editor}>
          <ConfigEditor
            text={text}
            onWrite={draft.write}
            wrongLine={outcome?.ok === false && outcome.error.line > 0 ? outcome.error.line : null}
            invalid={outcome?.ok === false}
            describedBy="key-note report"
            beside={
              <Button variant="quiet" icon="file" onPress={() => void draft.choose()}>
                Choose a file…
              </Button>
            }
          />
          <p id="key-note" className={styles.note}>
            The private key goes to the helper and is not shown again.
          </p>
        </div>
        <CheckReport checked={checked} />
        {outcome?.ok && replacing === null && (
          <TextInput label="Name" value={name} onChange={draft.rename} error={nameError} />
        )}
        {error !== null && (
          <div role="alert">
            <Problem error={error} />
          </div>
        )}
        <Button
          type="submit"
          wide
          variant="primary"
          isDisabled={!ready && !importing}
          isPending={importing}
        >
          {replacing === null ? 'Add profile' : 'Import again'}
        </Button>
      </form>
      {over && (
        <div className={styles.over} aria-hidden="true">
          <p>Drop the file</p>
        </div>
      )}
    </main>
  );
}

function wrongName(name: string, replacing: string | null, { profiles }: AppState): string | null {
  const checked = checkProfileName(name);
  if (!checked.ok) {
    return asSentence(checked.error.message);
  }
  return replacing === null && profiles.some((profile) => profile.name === name)
    ? 'There is a profile of this name already.'
    : null;
}
