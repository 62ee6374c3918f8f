import { useEffect, useState } from 'react';
import type { ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { addressParts } from '../../../src-shared/model/format.ts';
import { useActions, useWindow } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './StableAddress.module.css';

const CONFIRMED_MS = 2500;

export function StableAddress({ profile }: { readonly profile: ProfileFacts }) {
  const { name, address } = profile;
  const { copyAddress } = useActions();
  const confirmed = useCopied();
  return (
    <section aria-labelledby="address" className={styles.section}>
      <div className={styles.head}>
        <h2 id="address">Stable address</h2>
        <span role="status" className={styles.copied}>
          {confirmed && 'Address copied'}
        </span>
      </div>
      {address === null ? (
        <p className={styles.none}>Known after the first connection.</p>
      ) : (
        <div className={styles.row}>
          <Written address={address} />
          <Button
            aria-label="Copy address"
            icon={confirmed ? 'check' : 'copy'}
            onPress={() => copyAddress(name)}
          >
            Copy
          </Button>
        </div>
      )}
    </section>
  );
}

/** Network and device each stay on a line where there is room, else they break after a colon. */
function Written({ address }: { readonly address: string }) {
  const [network, device] = addressParts(address);
  return (
    <p className={styles.address}>
      <Part text={network} className={styles.network} />
      <wbr />
      <Part text={device} className={styles.device} />
    </p>
  );
}

function Part({
  text,
  className,
}: {
  readonly text: string;
  readonly className?: string | undefined;
}) {
  // The place of a group is what it is: the same text may come twice.
  const groups = text.split(/(?<=:)(?!:)/).map((group, place) => ({ group, place }));
  return (
    <span className={className}>
      {groups.map(({ group, place }) => (
        <span key={place}>
          {group}
          <wbr />
        </span>
      ))}
    </span>
  );
}

/** True for a moment after each copy made while this is shown. */
function useCopied(): boolean {
  const copies = useWindow((state) => state.copies);
  const [seen, setSeen] = useState(copies);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(copies), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copies]);
  return copies > seen;
}
