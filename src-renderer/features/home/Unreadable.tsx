import type { AppState } from '../../../src-shared/ipc/app-state.ts';
import { HomeFooter } from './HomeFooter.tsx';
import styles from './Unreadable.module.css';

/** The profiles on disk could not be read, so it is not known whether there are any. */
export function Unreadable({ app }: { readonly app: AppState }) {
  return (
    <main className={styles.page}>
      <div role="status" className={styles.words}>
        <h1>Your profiles cannot be read</h1>
        <p>
          A tunnel that is up goes on without them. Put the file right or move it away, then open
          this window again.
        </p>
        <p className={styles.detail}>{app.profilesError?.message}</p>
      </div>
      <HomeFooter app={app} />
    </main>
  );
}
