import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import styles from './ErrorBoundary.module.css';

type Props = { readonly children: ReactNode };
type State = { readonly failure: Error | null };

/** The tunnel does not depend on the window, which is the first thing to say when the window fails. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { failure } = this.state;
    if (failure === null) {
      return this.props.children;
    }
    return (
      <main className={styles.page} role="alert">
        <h1>This window made a mistake</h1>
        <p>The connection is not touched by it. The window can be drawn anew.</p>
        <p className={styles.detail}>{failure.message}</p>
        <Button variant="primary" onPress={() => window.location.reload()}>
          Draw it anew
        </Button>
      </main>
    );
  }
}
