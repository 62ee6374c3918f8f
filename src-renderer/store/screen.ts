import type { AppState, ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import { chosenProfile, type WindowState } from './window-store.ts';

/** What the window shows. `replacing` is the profile whose file is imported again; null for a new one. */
export type Screen =
  | { readonly screen: 'looking' }
  | { readonly screen: 'install-helper'; readonly app: AppState }
  | {
      readonly screen: 'add-profile';
      readonly app: AppState;
      readonly replacing: string | null;
      /** There is a Home to go back to. */
      readonly leavable: boolean;
    }
  | { readonly screen: 'unreadable'; readonly app: AppState }
  | { readonly screen: 'home'; readonly app: AppState; readonly profile: ProfileFacts };

/** Derives the screen, so that there is no page to forget to leave when the facts change. */
export function screenOf({ app, page }: WindowState): Screen {
  if (app === null) {
    return { screen: 'looking' };
  }
  const profile = chosenProfile(app);
  if (page !== 'home') {
    const replacing = page === 'add' ? null : page.replace;
    return { screen: 'add-profile', app, replacing, leavable: profile !== null };
  }
  if (profile !== null) {
    return app.helper.state === 'looking'
      ? { screen: 'looking' }
      : { screen: 'home', app, profile };
  }
  if (app.profilesError !== null) {
    return { screen: 'unreadable', app };
  }
  switch (app.helper.state) {
    case 'looking':
      return { screen: 'looking' };
    case 'ok':
      return { screen: 'add-profile', app, replacing: null, leavable: false };
    default:
      return { screen: 'install-helper', app };
  }
}
