import type { AppState, ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { asSentence } from '../../../src-shared/model/format.ts';
import { useWindow } from '../../store/window-context.ts';
import { FirstRunSteps } from '../first-run/FirstRunSteps.tsx';
import { Facts } from './Facts.tsx';
import { Hero } from './Hero.tsx';
import styles from './Home.module.css';
import { HomeFooter } from './HomeFooter.tsx';
import { MainAction } from './MainAction.tsx';
import { Readings } from './Readings.tsx';
import { StableAddress } from './StableAddress.tsx';
import { exitOf, WayOut } from './WayOut.tsx';

type Props = { readonly app: AppState; readonly profile: ProfileFacts };

export function Home({ app, profile }: Props) {
  const firstRun = useWindow((state) => state.firstRun);
  const { helper, profiles } = app;
  return (
    <main className={styles.home}>
      <div className={styles.top}>
        <Hero
          above={firstRun && <FirstRunSteps current="connect" />}
          profile={profile}
          profiles={profiles}
          helper={helper}
        />
        <div className={styles.act}>
          {app.profilesError !== null && (
            <p role="status">
              Your profiles cannot be read. {asSentence(app.profilesError.message)}
            </p>
          )}
          <StableAddress key={profile.name} profile={profile} />
          <WayOut profile={profile} helper={helper} />
          <MainAction profile={profile} second={exitOf(profile, helper) !== null} />
        </div>
      </div>
      <div className={styles.more}>
        {profile.observed !== null && <Readings profile={profile} />}
        <Facts profile={profile} />
        <HomeFooter app={app} />
      </div>
    </main>
  );
}
