import type { ReactNode } from 'react';
import type { HelperFacts, ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { asSentence } from '../../../src-shared/model/format.ts';
import { stateWords } from '../../../src-shared/model/state-words.ts';
import { Scene } from '../../ui/Scene.tsx';
import { Chain } from '../chain/Chain.tsx';
import styles from './Hero.module.css';
import { ProfileChooser } from './ProfileChooser.tsx';
import { StateGlyph } from './StateGlyph.tsx';
import { toneOf } from './tone.ts';

type Props = {
  /** Stands above the state. */
  readonly above: ReactNode;
  readonly profile: ProfileFacts;
  readonly profiles: readonly ProfileFacts[];
  readonly helper: HelperFacts;
};

/** What holds now: the state in words, and the picture that explains it. */
export function Hero({ above, profile, profiles, helper }: Props) {
  const { state, pending } = profile;
  const { title, sentence } = stateWords(state, pending);
  const detail = detailOf(profile, helper, sentence);
  return (
    <Scene tone={toneOf(state.state)}>
      {above}
      <div className={styles.state}>
        <StateGlyph word={state.state} />
        <ProfileChooser profile={profile} profiles={profiles} />
        <div role="status" className={styles.words}>
          <h1>{title}</h1>
          <p className={styles.sentence}>{asSentence(sentence)}</p>
          {detail !== null && <p className={styles.detail}>{detail}</p>}
        </div>
      </div>
      <Chain profile={profile} helper={helper} />
    </Scene>
  );
}

/** What the system said, where our own words do not say it already. */
function detailOf({ state }: ProfileFacts, helper: HelperFacts, sentence: string): string | null {
  const told = state.state === 'waiting' || state.state === 'failed' ? state.detail : '';
  const said = sentence.startsWith(told.replace(/\.$/, '')) || helper.state !== 'ok';
  return said ? null : asSentence(told);
}
