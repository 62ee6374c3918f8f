import type { Reading } from '../../../src-shared/helper-protocol/status.ts';
import type { ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { ago, milliseconds } from '../../../src-shared/model/format.ts';
import { useNow } from '../../store/clock.ts';
import { useActions } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Row } from '../../ui/Row.tsx';
import { LegMark } from '../chain/LegMark.tsx';
import styles from './Readings.module.css';

const UNREAD: Reading = { ok: null, rttMs: null, at: null };

/** Who answers, over what, how fast and how long ago. */
export function Readings({ profile }: { readonly profile: ProfileFacts }) {
  const { probe } = useActions();
  const { link, ethernet, internet } = profile.observed?.reachability ?? {
    link: UNREAD,
    ethernet: UNREAD,
    internet: UNREAD,
  };
  return (
    <section aria-labelledby="readings" className={styles.section}>
      <Row className={styles.head}>
        <h2 id="readings">Reachability</h2>
        <Button
          variant="quiet"
          icon="refresh"
          isDisabled={!profile.actions.probe.allowed}
          onPress={() => probe(profile.name)}
        >
          Check now
        </Button>
      </Row>
      <dl className={styles.readings}>
        <One name="Link" reading={link} />
        <One name="Ethernet" reading={ethernet} />
        <One name="Internet" reading={internet} />
      </dl>
    </section>
  );
}

function One({ name, reading }: { readonly name: string; readonly reading: Reading }) {
  const now = useNow();
  return (
    <div className={styles.one}>
      <dt>{name}</dt>
      <dd className={cx(styles.value, reading.ok === null && styles.unread)}>
        {reading.ok === false && <LegMark health="broken" />}
        {readingWords(reading)}
      </dd>
      {reading.at !== null && <dd className={styles.when}>{ago(reading.at, now)}</dd>}
    </div>
  );
}

function readingWords({ ok, rttMs }: Reading): string {
  if (ok === null) {
    return 'Not asked yet';
  }
  if (!ok) {
    return 'No answer';
  }
  return rttMs === null ? 'Answers' : milliseconds(rttMs);
}
