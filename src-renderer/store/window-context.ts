import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { WindowIpc } from '../../src-shared/ipc/schema.ts';
import type { WindowActions } from './actions.ts';
import type { WindowState, WindowStore } from './window-store.ts';

/** What the components of a window share. */
export type WindowParts = {
  readonly ipc: WindowIpc;
  readonly store: WindowStore;
  readonly actions: WindowActions;
};

export const WindowContext = createContext<WindowParts | null>(null);

function useParts(): WindowParts {
  const parts = useContext(WindowContext);
  if (parts === null) {
    throw new Error('there is no WindowContext above this component');
  }
  return parts;
}

export function useWindow<T>(select: (state: WindowState) => T): T {
  return useStore(useParts().store, select);
}

export const useActions = (): WindowActions => useParts().actions;
export const useIpc = (): WindowIpc => useParts().ipc;
