import type { AppState, OnQuit } from '../../../src-shared/ipc/app-state.ts';
import { useActions } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import { Choice, type Option } from '../../ui/Choice.tsx';
import { Row } from '../../ui/Row.tsx';
import styles from './HomeFooter.module.css';

const ON_QUIT_WORDS: readonly Option<OnQuit>[] = [
  { value: 'ask', words: 'Ask' },
  { value: 'keep', words: 'Keep the connection' },
  { value: 'disconnect', words: 'Disconnect' },
];

/** What belongs to the app rather than to one profile. */
export function HomeFooter({ app }: { readonly app: AppState }) {
  const { setOnQuit, addProfile } = useActions();
  const { helper, version, settings } = app;
  return (
    <footer className={styles.footer}>
      <Row className={styles.row}>
        <Choice
          label="When quitting"
          labelShown
          options={ON_QUIT_WORDS}
          chosen={settings.onQuit}
          onChoose={setOnQuit}
        />
        {helper.access === 'write' && (
          <Button variant="quiet" icon="plus" onPress={addProfile}>
            Add a profile
          </Button>
        )}
      </Row>
      <p className={styles.versions}>
        Mooring {version}
        {helper.version !== null && ` · helper ${helper.version}`}
      </p>
    </footer>
  );
}
