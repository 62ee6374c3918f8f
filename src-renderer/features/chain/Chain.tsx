import type { HelperFacts, ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { chainOf, type Leg, type LegHealth } from '../../../src-shared/model/chain.ts';
import { Hidden } from '../../ui/Hidden.tsx';
import styles from './Chain.module.css';
import { ChainPicture } from './ChainPicture.tsx';
import { LegMark } from './LegMark.tsx';

const NAMES: Record<Leg['id'], string> = {
  'laptop-network': 'Laptop to network',
  'network-hub': 'Network to hub',
  'hub-internet': 'Hub to internet',
};

const HEALTH: Record<LegHealth, string> = {
  good: 'good',
  doubtful: 'doubtful',
  broken: 'broken',
  unknown: 'not known',
};

type Props = { readonly profile: ProfileFacts; readonly helper: HelperFacts };

/** The way laptop – network – hub – internet, as a picture and in words. */
export function Chain({ profile, helper }: Props) {
  const legs = chainOf(profile, helper);
  const [first] = legs;
  const alike = legs.every(({ reason }) => reason === first?.reason);
  return (
    <section aria-labelledby="chain" className={styles.section}>
      <h2 id="chain">
        <Hidden>The way to the internet</Hidden>
      </h2>
      <ChainPicture legs={legs} network={profile.observed?.network ?? null} />
      {alike && first !== undefined ? (
        <p className={styles.alike}>{first.reason}</p>
      ) : (
        <ul className={styles.legs}>
          {legs.map(({ id, health, reason }) => (
            <li key={id} className={styles.leg}>
              <LegMark health={health} />
              <span className={styles.name}>
                {NAMES[id]}
                <Hidden>: {HEALTH[health]}.</Hidden>
              </span>{' '}
              <span className={styles.reason}>{reason}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
