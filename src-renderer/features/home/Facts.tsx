import type { ReactNode } from 'react';
import type { NetworkFacts, ProfileFacts, RoamsToday } from '../../../src-shared/ipc/app-state.ts';
import { networkWords } from '../../../src-shared/model/chain.ts';
import { ago, clock, milliseconds } from '../../../src-shared/model/format.ts';
import { useNow } from '../../store/clock.ts';
import styles from './Facts.module.css';

/** What else a person may want to know, one line each. */
export function Facts({ profile }: { readonly profile: ProfileFacts }) {
  const now = useNow();
  const { observed, hub } = profile;
  const network = observed?.network ?? null;
  const since = observed?.verifiedSince ?? null;
  return (
    <section aria-labelledby="facts" className={styles.section}>
      <h2 id="facts">Details</h2>
      <dl className={styles.facts}>
        {observed !== null && (
          <Row
            name="Roams today"
            words={roamWords(observed.roamsToday)}
            note={lastRoam(observed, now)}
          />
        )}
        {since !== null && (
          <Row name="Connected" words={`Since ${clock(since, now)}`} note={ago(since, now)} />
        )}
        {network !== null && (
          <Row name="Network" words={whichNetwork(network)} note={network.address} />
        )}
        {hub !== null && (
          <Row name="Hub" words={hub} note={endpointNote(observed?.endpoint ?? null, hub)} />
        )}
      </dl>
    </section>
  );
}

type RowProps = { readonly name: string; readonly words: ReactNode; readonly note: string | null };

function Row({ name, words, note }: RowProps) {
  return (
    <div className={styles.row}>
      <dt>{name}</dt>
      <dd>
        <span>{words}</span> {note !== null && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  );
}

const whichNetwork = ({ kind, interface: device }: NetworkFacts) =>
  `${networkWords(kind)}, ${device}`;

function roamWords({ count, atLeast }: RoamsToday): string {
  if (count === 0) {
    return 'None';
  }
  return atLeast ? `At least ${count}` : String(count);
}

function lastRoam({ roamsToday: { last } }: { roamsToday: RoamsToday }, now: Date): string | null {
  return last === null ? null : `last outage ${milliseconds(last.outageMs)}, ${ago(last.at, now)}`;
}

const endpointNote = (endpoint: string | null, hub: string) =>
  endpoint === null || endpoint === hub ? null : endpoint;
