import { Scene } from '../../ui/Scene.tsx';
import { ChainPicture } from '../chain/ChainPicture.tsx';
import { PICTURED } from '../chain/pictured.ts';
import styles from './Looking.module.css';

/** Before the first answer of the helper: the shape of Home, and nothing that could turn out wrong. */
export function Looking() {
  return (
    <main className={styles.looking} aria-busy="true">
      <Scene tone="unknown">
        <h1 className={styles.title}>Looking for the helper</h1>
        <ChainPicture legs={PICTURED.unknown} network={null} />
      </Scene>
      <div className={styles.below} aria-hidden="true">
        <span className={styles.line} />
        <span className={styles.button} />
      </div>
    </main>
  );
}
