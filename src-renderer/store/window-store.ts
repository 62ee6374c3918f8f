import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AppState, ProfileFacts } from '../../src-shared/ipc/app-state.ts';

/** Which page the person asked for; which one is shown depends on the app's state too (screen.ts). */
export type Page = 'home' | 'add' | { readonly replace: string };

/** The last state that the main process told, and the little that is the window's own. */
export type WindowState = {
  readonly app: AppState | null;
  readonly page: Page;
  /** The window was opened with nothing set up, and no connection was seen since. */
  readonly firstRun: boolean;
  /** A profile that was made and is not in the app's state yet. */
  readonly awaited: string | null;
  /** How often the address was copied here, so that each time can be announced. */
  readonly copies: number;
  /** Home is to put the focus on its main button. */
  readonly focusAction: boolean;
};

export type WindowStore = StoreApi<WindowState>;

export function createWindowStore(): WindowStore {
  return createStore<WindowState>()(() => ({
    app: null,
    page: 'home',
    firstRun: false,
    awaited: null,
    copies: 0,
    focusAction: false,
  }));
}

/** The window's state after the main process told `app`. */
export function received(state: WindowState, app: AppState): WindowState {
  const bare =
    app.helper.state !== 'looking' && app.profiles.length === 0 && app.profilesError === null;
  const connected = app.profiles.some(({ state: { state: word } }) => word === 'verified');
  return arrived({ ...state, app, firstRun: bare || (state.firstRun && !connected) });
}

/** Goes home once the awaited profile is there, with the focus on what comes next. */
export function arrived(state: WindowState): WindowState {
  const there = state.app?.profiles.some(({ name }) => name === state.awaited) ?? false;
  return there ? { ...state, page: 'home', awaited: null, focusAction: true } : state;
}

/** The profile that Home is about; null when there is none. */
export function chosenProfile({ profiles, chosen }: AppState): ProfileFacts | null {
  return profiles.find(({ name }) => name === chosen) ?? profiles[0] ?? null;
}
