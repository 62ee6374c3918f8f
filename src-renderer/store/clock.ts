import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = new Date();

function tick() {
  now = new Date();
  for (const listener of listeners) {
    listener();
  }
}

// One timer for all that tells how long ago something was, and none while nobody can see it.
function arrange() {
  const needed = listeners.size > 0 && document.visibilityState === 'visible';
  if (needed && timer === undefined) {
    tick();
    timer = setInterval(tick, 1000);
  } else if (!needed) {
    clearInterval(timer);
    timer = undefined;
  }
}

function listen(listener: () => void): () => void {
  if (listeners.size === 0) {
    document.addEventListener('visibilitychange', arrange);
  }
  listeners.add(listener);
  arrange();
  return () => {
    listeners.delete(listener);
    arrange();
    if (listeners.size === 0) {
      document.removeEventListener('visibilitychange', arrange);
    }
  };
}

/** The present time, anew each second while the window is visible. */
export function useNow(): Date {
  return useSyncExternalStore(listen, () => now);
}
