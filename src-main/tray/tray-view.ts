import type { AppState, HelperFacts, ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import { milliseconds } from '../../src-shared/model/format.ts';
import { hubRttMs, type SessionWord } from '../../src-shared/model/session-state.ts';
import { stateWords } from '../../src-shared/model/state-words.ts';

/** What the tray shows, as a value: the icon's state, the tooltip, the menu from top to bottom. */
export type TrayView = {
  readonly icon: SessionWord;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
};

export type TrayItem =
  | { readonly type: 'text'; readonly label: string }
  | { readonly type: 'separator' }
  | {
      readonly type: 'action';
      readonly label: string;
      readonly enabled: boolean;
      readonly action: TrayAction;
    }
  | {
      readonly type: 'radio';
      readonly label: string;
      readonly checked: boolean;
      readonly action: TrayAction;
    }
  | { readonly type: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

export type TrayAction =
  | { readonly do: 'connect' | 'disconnect' | 'copy' | 'choose'; readonly profile: string }
  | { readonly do: 'open' | 'quit' };

/** The tray of a state. The state is said in words too, since some hosts never show a changed icon. */
export function trayView(state: AppState): TrayView {
  const { profiles, chosen, helper } = state;
  const profile = profiles.find(({ name }) => name === chosen);
  const head = headOf(helper, profile);
  const sections = [
    [text(head.title), ...noticeItems(state)],
    profile === undefined ? [] : profileItems(profile),
    [...changeItems(helper, profile), ...chooserItems(profiles, chosen)],
    [action('Open Mooring', { do: 'open' }), action('Quit', { do: 'quit' })],
  ];
  const full = sections.filter((items) => items.length > 0);
  return {
    icon: head.icon,
    tooltip: tooltipOf(head.title, profile),
    menu: full.flatMap((items, n) => (n === 0 ? items : [SEPARATOR, ...items])),
  };
}

const SEPARATOR: TrayItem = { type: 'separator' };

const text = (label: string): TrayItem => ({ type: 'text', label });

const action = (label: string, what: TrayAction, enabled = true): TrayItem => ({
  type: 'action',
  label,
  enabled,
  action: what,
});

type Head = { readonly icon: SessionWord; readonly title: string };

function headOf({ state, installing }: HelperFacts, profile: ProfileFacts | undefined): Head {
  if (installing) {
    return { icon: 'connecting', title: 'Installing the helper' };
  }
  if (state === 'looking') {
    return { icon: 'off', title: 'Looking for the helper' };
  }
  if (profile !== undefined) {
    const icon = profile.pending === null ? profile.state.state : 'connecting';
    return { icon, title: stateWords(profile.state, profile.pending).title };
  }
  return state === 'ok' || state === 'not-authorised'
    ? { icon: 'off', title: 'No profile yet' }
    : { icon: 'failed', title: stateWords({ state: 'failed', cause: state, detail: '' }).title };
}

function tooltipOf(title: string, profile: ProfileFacts | undefined): string {
  const address = profile?.observed ? profile.address : null;
  return address === null || address === undefined
    ? `Mooring: ${title}`
    : `Mooring: ${title}, ${address}`;
}

function noticeItems({ notice }: AppState): TrayItem[] {
  return notice === null ? [] : [text(short(notice.error.message))];
}

function profileItems(profile: ProfileFacts): TrayItem[] {
  const { name, address, hub, observed, actions } = profile;
  const items: TrayItem[] = [];
  if (address !== null) {
    const allowed = actions['copy-address'].allowed;
    items.push(action(`Copy ${address}`, { do: 'copy', profile: name }, allowed));
  }
  const rttMs = observed === null ? null : hubRttMs(observed.reachability);
  if (hub !== null) {
    items.push(text(rttMs === null ? `Hub ${hub}` : `Hub ${hub}, ${milliseconds(rttMs)}`));
  }
  return items;
}

function changeItems(helper: HelperFacts, profile: ProfileFacts | undefined): TrayItem[] {
  if (helper.state === 'looking') {
    return [];
  }
  if (helper.state !== 'ok' && !helper.installing) {
    return [action('Install the helper…', { do: 'open' })];
  }
  if (profile === undefined) {
    return [action('Add a profile…', { do: 'open' })];
  }
  const { name, actions, pending } = profile;
  const idle = pending === null;
  return actions.disconnect.allowed
    ? [action('Disconnect', { do: 'disconnect', profile: name }, idle)]
    : [action('Connect', { do: 'connect', profile: name }, idle && actions.connect.allowed)];
}

function chooserItems(profiles: readonly ProfileFacts[], chosen: string | null): TrayItem[] {
  if (profiles.length < 2) {
    return [];
  }
  const items = profiles.map(
    ({ name, state, pending }): TrayItem => ({
      type: 'radio',
      label: `${name}: ${stateWords(state, pending).title}`,
      checked: name === chosen,
      action: { do: 'choose', profile: name },
    }),
  );
  return [{ type: 'submenu', label: 'Profiles', items }];
}

// A menu as wide as the screen is no menu; the window has the whole.
const short = (message: string) => (message.length > 60 ? `${message.slice(0, 59)}…` : message);
