import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/tones.css';
import type { WindowIpc } from '../../src-shared/ipc/schema.ts';
import { follow, windowActions } from '../store/actions.ts';
import { WindowContext } from '../store/window-context.ts';
import { createWindowStore } from '../store/window-store.ts';
import { App } from './App.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly ipc: WindowIpc;
  }
}

const root = document.getElementById('root');
if (root === null) {
  throw new Error('index.html has no #root');
}
const { ipc } = window;
const store = createWindowStore();
const actions = windowActions(store, ipc);
// For as long as the window lives; closing it destroys all of this.
follow(store, ipc);

createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <WindowContext value={{ ipc, store, actions }}>
        <App />
      </WindowContext>
    </ErrorBoundary>
  </StrictMode>,
);
