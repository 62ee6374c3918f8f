import type { ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { stateWords } from '../../../src-shared/model/state-words.ts';
import { useActions } from '../../store/window-context.ts';
import { Choice } from '../../ui/Choice.tsx';
import styles from './ProfileChooser.module.css';

type Props = { readonly profile: ProfileFacts; readonly profiles: readonly ProfileFacts[] };

/** Which profile this is about; a choice when there are several. */
export function ProfileChooser({ profile, profiles }: Props) {
  const { choose } = useActions();
  const words = ({ name, state, pending }: ProfileFacts) =>
    name === profile.name || state.state === 'off'
      ? name
      : `${name} – ${stateWords(state, pending).title.toLowerCase()}`;
  return (
    <div className={styles.profile}>
      {profiles.length === 1 ? (
        <p className={styles.name}>{profile.name}</p>
      ) : (
        <Choice
          label="Profile"
          options={profiles.map((one) => ({ value: one.name, words: words(one) }))}
          chosen={profile.name}
          onChoose={choose}
        />
      )}
      {profile.hub === null && (
        <p className={styles.foreign}>None of your profiles describes this tunnel.</p>
      )}
    </div>
  );
}
