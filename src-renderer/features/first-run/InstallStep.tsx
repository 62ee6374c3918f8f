import type { HelperFacts } from '../../../src-shared/ipc/app-state.ts';
import { Scene } from '../../ui/Scene.tsx';
import { ChainPicture } from '../chain/ChainPicture.tsx';
import { PICTURED } from '../chain/pictured.ts';
import { whyInstall } from '../helper/helper-words.ts';
import { InstallHelper } from '../helper/InstallHelper.tsx';
import { FirstRunSteps } from './FirstRunSteps.tsx';
import styles from './InstallStep.module.css';

/** The first step, where there is no helper that this account may use. */
export function InstallStep({ helper }: { readonly helper: HelperFacts }) {
  return (
    <main className={styles.page}>
      <Scene tone="good">
        <FirstRunSteps current="helper" />
        <div className={styles.picture}>
          <ChainPicture legs={PICTURED.good} network={null} />
        </div>
      </Scene>
      <div className={styles.below}>
        <div className={styles.words}>
          <h1>One address, wherever you are</h1>
          <p>
            {whyInstall(helper.state)} It changes the network of this computer, which needs an
            administrator’s consent.
          </p>
        </div>
        <InstallHelper helper={helper} autoFocus />
      </div>
    </main>
  );
}
