import type { HelperFacts, ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { useActions } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import { whyInstall } from '../helper/helper-words.ts';
import { InstallHelper } from '../helper/InstallHelper.tsx';
import styles from './WayOut.module.css';

/** What leads out of the present trouble; null when waiting or the main button does. */
export type Exit = 'install-helper' | 'import-again' | null;

export function exitOf({ state }: ProfileFacts, helper: HelperFacts): Exit {
  if (whyInstall(helper.state) !== null || helper.installing) {
    return 'install-helper';
  }
  return state.state === 'failed' && state.cause === 'key-missing' ? 'import-again' : null;
}

type Props = { readonly profile: ProfileFacts; readonly helper: HelperFacts };

export function WayOut({ profile, helper }: Props) {
  switch (exitOf(profile, helper)) {
    case 'install-helper':
      return <HelperFirst profile={profile} helper={helper} />;
    case 'import-again':
      return <ImportAgain profile={profile} />;
    case null:
      return null;
  }
}

/** The head of the page speaks of a helper that is in the way, but not of one that lets us look. */
function HelperFirst({ profile, helper }: Props) {
  const said = profile.state.state === 'failed' || helper.state !== 'not-authorised';
  return (
    <div className={styles.exit}>
      {!said && <p>{whyInstall(helper.state)}</p>}
      <InstallHelper helper={helper} />
    </div>
  );
}

function ImportAgain({ profile }: { readonly profile: ProfileFacts }) {
  const { replaceProfile } = useActions();
  return (
    <Button wide variant="primary" onPress={() => replaceProfile(profile)}>
      Import its file again
    </Button>
  );
}
