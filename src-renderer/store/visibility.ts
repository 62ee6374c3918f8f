import { useSyncExternalStore } from 'react';

function listen(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

/** Whether anybody can see the window. */
export function useVisible(): boolean {
  return useSyncExternalStore(listen, () => document.visibilityState === 'visible');
}
