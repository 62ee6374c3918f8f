import type { HelperFacts } from '../../../src-shared/ipc/app-state.ts';
import { useActions } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './InstallHelper.module.css';

type Props = { readonly helper: HelperFacts; readonly autoFocus?: boolean };

/** The one button that installs the helper; what goes wrong is told by the notice. */
export function InstallHelper({ helper, autoFocus = false }: Props) {
  const { installHelper } = useActions();
  return (
    <div className={styles.install}>
      <Button
        wide
        variant="primary"
        autoFocus={autoFocus}
        isPending={helper.installing}
        aria-describedby="install-note"
        onPress={installHelper}
      >
        Install the helper
      </Button>
      <p id="install-note" role="status" className={styles.note}>
        {helper.installing
          ? 'Waiting for an administrator’s consent. It may be asked in another window.'
          : 'Consent is asked for once, and never again.'}
      </p>
    </div>
  );
}
