import { useEffect, useRef } from 'react';
import type { ProfileFacts } from '../../../src-shared/ipc/app-state.ts';
import { useActions, useWindow } from '../../store/window-context.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './MainAction.module.css';
import { whyNot } from './permission-words.ts';

type Props = {
  readonly profile: ProfileFacts;
  /** Something else comes first, such as the helper. */
  readonly second: boolean;
};

/** Connect or Disconnect, whichever there is to do. It stays the same button, so that it keeps the focus. */
export function MainAction({ profile, second }: Props) {
  const { connect, disconnect, focused } = useActions();
  const focus = useWindow(({ focusAction }) => focusAction);
  const button = useRef<HTMLButtonElement>(null);
  // The wish may come before this is shown or after it.
  useEffect(() => {
    if (focus) {
      button.current?.focus();
      focused();
    }
  }, [focus, focused]);
  const { name, pending } = profile;
  const disconnecting = offersDisconnect(profile);
  const why = whyNot(disconnecting ? profile.actions.disconnect : profile.actions.connect);
  return (
    <div className={styles.action}>
      <Button
        ref={button}
        wide
        variant={disconnecting || second ? 'secondary' : 'primary'}
        isDisabled={why !== null && pending === null}
        isPending={pending !== null}
        {...(why === null ? {} : { 'aria-describedby': 'why-not' })}
        onPress={() => (disconnecting ? disconnect(name) : connect(name))}
      >
        {disconnecting ? 'Disconnect' : 'Connect'}
      </Button>
      {why !== null && pending === null && (
        <p id="why-not" className={styles.why}>
          {why}
        </p>
      )}
    </div>
  );
}

/** What is pending keeps its name; else what is allowed is offered, and of what is not, what would undo. */
function offersDisconnect({ pending, actions, state, observed }: ProfileFacts): boolean {
  if (pending !== null) {
    return pending === 'disconnect';
  }
  if (actions.disconnect.allowed || actions.connect.allowed) {
    return actions.disconnect.allowed;
  }
  return observed !== null && state.state !== 'off';
}
