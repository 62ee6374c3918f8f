// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appOf } from '../../../src-shared/testing/app-state.ts';
import { renderWindow } from '../../testing/render-window.tsx';
import { ADDRESS, NOW, profileIn, type StateName, states } from '../../testing/states.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const NAMED = ['Connect', 'Disconnect', 'Install the helper', 'Import its file again', 'Check now'];

/** The buttons that there are to press, with what is not possible in brackets. */
function buttons(): string[] {
  return screen
    .getAllByRole('button')
    .map((button) => [button, button.textContent ?? ''] as const)
    .filter(([, name]) => NAMED.includes(name))
    .map(([button, name]) => {
      const busy = button.getAttribute('aria-disabled') === 'true';
      return `${name}${(button as HTMLButtonElement).disabled ? ' (off)' : busy ? ' (busy)' : ''}`;
    });
}

/** The chain as a screen reader reads it. */
function legs(): string[] {
  const section = screen.getByRole('region', { name: 'The way to the internet' });
  return within(section)
    .queryAllByRole('listitem')
    .map((item) => item.textContent ?? '');
}

type Expected = {
  readonly heading: string;
  readonly buttons: readonly string[];
  readonly says: readonly string[];
};

const REACHED = 'The internet reaches your stable address.';
const WORKING = ['Disconnect', 'Check now'];
const HELPER_FIRST = ['Install the helper', 'Connect (off)'];

const expected: Record<Exclude<StateName, FirstRunName>, Expected> = {
  off: {
    heading: 'Not connected',
    buttons: ['Connect'],
    says: ['Nothing reaches your stable address.', 'Watched only while connected'],
  },
  'off-never-connected': {
    heading: 'Not connected',
    buttons: ['Connect'],
    says: ['Known after the first connection.'],
  },
  'connect-pending': { heading: 'Not connected', buttons: ['Connect (busy)'], says: [] },
  connecting: {
    heading: 'Connecting',
    buttons: WORKING,
    says: ['Bringing up the encrypted link.', 'Known after the first connection.', 'None'],
  },
  verified: {
    heading: 'Connected',
    buttons: WORKING,
    says: [REACHED, 'Wi-Fi, wlp3s0', '192.168.88.20', '203.0.113.4:23450', '3 h ago'],
  },
  'verified-no-internet-reading': {
    heading: 'Connected',
    buttons: WORKING,
    says: ['Hub to internet: not known.', 'Not asked yet'],
  },
  'disconnect-pending': {
    heading: 'Disconnecting',
    buttons: ['Disconnect (busy)', 'Check now'],
    says: ['The tunnel is being taken down.'],
  },
  'many-roams': {
    heading: 'Connected',
    buttons: WORKING,
    says: ['At least 32', 'last outage 1.4 s, 40 s ago', 'Wired, enp0s31f6'],
  },
  roaming: {
    heading: 'Changing networks',
    buttons: WORKING,
    says: ['Mobile, wwan0', 'Finding the way to the hub again'],
  },
  'roaming-between': {
    heading: 'Changing networks',
    buttons: WORKING,
    says: ['Moving to another network'],
  },
  'degraded-internet': {
    heading: 'Connected, not fully',
    buttons: WORKING,
    says: ['The internet behind the hub does not answer', 'No answer'],
  },
  'degraded-ethernet': {
    heading: 'Connected, not fully',
    buttons: WORKING,
    says: ['The hub answers over the link, but not over Ethernet'],
  },
  'degraded-tentative': {
    heading: 'Connected, not fully',
    buttons: WORKING,
    says: ['The address is still being proven unique'],
  },
  'waiting-no-network': {
    heading: 'Waiting for a network',
    buttons: WORKING,
    says: ['This computer is on no network', 'No default route.'],
  },
  'waiting-name-unresolved': {
    heading: 'Waiting for the hub’s name',
    buttons: WORKING,
    says: ['Hub.example: no such host.'],
  },
  'waiting-no-answer': {
    heading: 'Waiting for the hub',
    buttons: WORKING,
    says: ['The hub does not answer', 'No handshake with 203.0.113.4:23450 for 15 s.'],
  },
  'waiting-captive-portal': {
    heading: 'Waiting for a sign-in',
    buttons: WORKING,
    says: ['This network wants you to sign in first'],
  },
  duplicate: {
    heading: 'Address in use elsewhere',
    buttons: WORKING,
    says: ['Disconnect the other one, then connect again.'],
  },
  'failed-key-missing': {
    heading: 'Key is missing',
    buttons: ['Import its file again', 'Disconnect', 'Check now'],
    says: ['The helper no longer holds the key of this profile.'],
  },
  'failed-kernel-lacks': {
    heading: 'This system lacks a part',
    buttons: WORKING,
    says: ['This kernel has no GRETAP (ip_gre).'],
  },
  'failed-prefix-mismatch': {
    heading: 'Unexpected network at the hub',
    buttons: WORKING,
    says: ['The hub announces 2001:db8:ffff::/64'],
  },
  'failed-system': {
    heading: 'Could not connect',
    buttons: WORKING,
    says: ['Adding mtap0: operation not permitted.'],
  },
  missing: {
    heading: 'Helper is not running',
    buttons: HELPER_FIRST,
    says: ['This needs the helper.', 'Not known without the helper'],
  },
  installing: {
    heading: 'Helper is not running',
    buttons: ['Install the helper (busy)', 'Connect (off)'],
    says: ['Waiting for an administrator’s consent.'],
  },
  untrusted: {
    heading: 'Helper is not trusted',
    buttons: HELPER_FIRST,
    says: ['does not belong to root'],
  },
  'other-version': {
    heading: 'Helper is of another version',
    buttons: HELPER_FIRST,
    says: ['do not understand each other'],
  },
  'not-authorised': {
    heading: 'Connected',
    buttons: ['Install the helper', 'Disconnect (off)', 'Check now (off)'],
    says: ['only root and the operators', 'This account may only look.'],
  },
  'not-authorised-off': {
    heading: 'Not connected',
    buttons: HELPER_FIRST,
    says: ['only root and the operators', 'This account may only look.'],
  },
  'two-profiles': { heading: 'Connected', buttons: WORKING, says: [REACHED] },
  foreign: {
    heading: 'Connected',
    buttons: WORKING,
    says: ['None of your profiles describes this tunnel.'],
  },
  'tray-absent': {
    heading: 'Connected',
    buttons: WORKING,
    says: ['This desktop shows no tray icons', 'The tunnel goes on when it is closed.'],
  },
  notice: {
    heading: 'Not connected',
    buttons: ['Connect'],
    says: ['The helper went away before it answered.'],
  },
};

type FirstRunName = 'looking' | 'no-helper-no-profile' | 'no-profile' | 'unreadable';

describe('Home in every state', () => {
  test.each(Object.keys(expected) as (keyof typeof expected)[])('%s', (name) => {
    renderWindow(states[name]);
    const { heading, buttons: offered, says } = expected[name];
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(heading);
    expect(buttons()).toEqual(offered);
    for (const words of says) {
      expect(screen.getByRole('main').parentElement?.textContent).toContain(words);
    }
  });

  test('while the helper is being asked, nothing is offered', () => {
    renderWindow(states.looking);
    expect(screen.getByRole('main').getAttribute('aria-busy')).toBe('true');
    expect(screen.queryAllByRole('button')).toEqual([]);
  });

  test('profiles that cannot be read are no reason to set up anew', () => {
    renderWindow(states.unreadable);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Your profiles cannot be read',
    );
    expect(screen.getByRole('main').textContent).toContain('home.json is no profile');
  });

  test('each state has a glyph of its own shape', () => {
    const names = [
      'off',
      'connecting',
      'verified',
      'degraded-internet',
      'roaming',
      'waiting-no-answer',
      'failed-system',
    ] as const;
    const shapes = names.map((name) => {
      const { container } = renderWindow(states[name]);
      const glyph = container.querySelector('[data-state]')?.innerHTML;
      cleanup();
      return glyph;
    });
    expect(new Set(shapes).size).toBe(names.length);
  });
});

describe('the chain', () => {
  test('says in words what the picture shows', () => {
    const { container } = renderWindow(states['degraded-ethernet']);
    expect(legs()).toEqual([
      'Laptop to network: good. Wi-Fi, wlp3s0',
      'Network to hub: broken. The hub answers over the link, but not over Ethernet',
      'Hub to internet: not known. Not known until the hub answers',
    ]);
    const drawn = [...container.querySelectorAll('[data-leg]')].map((leg) => [
      leg.getAttribute('data-leg'),
      leg.getAttribute('data-tone'),
    ]);
    expect(drawn).toEqual([
      ['laptop-network', 'good'],
      ['network-hub', 'broken'],
      ['hub-internet', 'unknown'],
    ]);
    expect(container.querySelector('[data-leg]')?.closest('[aria-hidden="true"]')).not.toBeNull();
  });

  test('moves only while the window can be seen', () => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible');
    const { container } = renderWindow(states.verified);
    const moving = () => container.querySelector('[data-moving]')?.getAttribute('data-moving');
    expect(moving()).toBe('true');
    visibility.mockReturnValue('hidden');
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    expect(moving()).toBe('false');
    visibility.mockRestore();
  });
});

describe('the readings', () => {
  test('tell round trip and age', () => {
    renderWindow(states['degraded-internet']);
    const section = screen.getByRole('region', { name: 'Reachability' });
    const told = [...section.querySelectorAll('dl > div')].map((one) =>
      [...one.children].map((part) => part.textContent),
    );
    expect(told).toEqual([
      ['Link', '21 ms', '12 s ago'],
      ['Ethernet', '21 ms', '12 s ago'],
      ['Internet', 'No answer', '4 s ago'],
    ]);
  });

  test('are asked anew', async () => {
    const { fake, user } = renderWindow(states.verified);
    await user.click(screen.getByRole('button', { name: 'Check now' }));
    expect(fake.calls).toEqual([['tunnel.probe', 'home']]);
  });
});

describe('what can be pressed', () => {
  test('Connect', async () => {
    const { fake, user } = renderWindow(states.off);
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    expect(fake.calls).toEqual([['tunnel.connect', 'home']]);
  });

  test('Disconnect', async () => {
    const { fake, user } = renderWindow(states.duplicate);
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    expect(fake.calls).toEqual([['tunnel.disconnect', 'home']]);
  });

  test('not what is pending', async () => {
    const { fake, user } = renderWindow(states['connect-pending']);
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    expect(fake.calls).toEqual([]);
  });

  test('the button keeps the focus while Connect becomes Disconnect', async () => {
    const { fake, user } = renderWindow(states.off);
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    act(() => fake.push(states['connect-pending']));
    act(() => fake.push(states.connecting));
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Disconnect' }));
  });

  test('a disabled button tells why to a screen reader', () => {
    renderWindow(states.missing);
    const button = screen.getByRole('button', { name: 'Connect' });
    const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '');
    expect(reason?.textContent).toBe('This needs the helper.');
  });

  test('the helper is installed', async () => {
    const { fake, user } = renderWindow(states.missing);
    await user.click(screen.getByRole('button', { name: 'Install the helper' }));
    expect(fake.calls).toEqual([['helper.install']]);
  });

  test('a notice goes when it is dismissed', async () => {
    const { fake, user } = renderWindow(states.notice);
    expect(within(screen.getByRole('alert')).getByText('Could not connect')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(fake.calls).toEqual([['app.dismiss']]);
    act(() => fake.push(states.off));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('what happens when quitting', async () => {
    const { fake, user } = renderWindow(states.off);
    await user.click(screen.getByRole('button', { name: /When quitting/ }));
    await user.click(screen.getByRole('option', { name: 'Keep the connection' }));
    expect(fake.calls).toEqual([['app.setOnQuit', 'keep']]);
  });

  test('another profile', async () => {
    const { fake, user } = renderWindow(states['two-profiles']);
    await user.click(screen.getByRole('button', { name: /Profile/ }));
    await user.click(screen.getByRole('option', { name: 'office' }));
    expect(fake.calls).toEqual([['app.choose', 'office']]);
    act(() => fake.push({ ...states['two-profiles'], chosen: 'office' }));
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Not connected');
  });
});

describe('the stable address', () => {
  test('is there in one piece, and copied with one click', async () => {
    const { fake, user } = renderWindow(states.verified);
    const section = screen.getByRole('region', { name: 'Stable address' });
    expect(section.querySelector('p')?.textContent).toBe(ADDRESS);
    await user.click(screen.getByRole('button', { name: 'Copy address' }));
    expect(fake.calls).toEqual([['tunnel.copyAddress', 'home']]);
    expect(await within(section).findByText('Address copied')).toBeTruthy();
    await waitFor(() => expect(within(section).queryByText('Address copied')).toBeNull(), {
      timeout: 4000,
    });
  });

  test('is not said to be copied when it was not', async () => {
    const error = { name: 'no-clipboard', message: 'no clipboard' };
    const { user } = renderWindow(states.verified, {
      tunnel: { copyAddress: () => ({ ok: false, error }) },
    });
    await user.click(screen.getByRole('button', { name: 'Copy address' }));
    expect(screen.queryByText('Address copied')).toBeNull();
  });
});

test('profiles that cannot be read are told of beside a tunnel that is up', () => {
  renderWindow({ ...states.foreign, profilesError: states.unreadable.profilesError });
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Connected');
  expect(screen.getByRole('main').textContent).toContain(
    'Your profiles cannot be read. Home.json is no profile: unexpected end.',
  );
});

test('a profile is added only where that is possible', () => {
  renderWindow(states['not-authorised-off']);
  expect(screen.queryByRole('button', { name: 'Add a profile' })).toBeNull();
});

test('a tunnel of nobody’s profile, held by another user, offers nothing', () => {
  const state = { state: 'verified', since: NOW, rttMs: 20 } as const;
  const foreign = profileIn(state, {
    hub: null,
    access: 'read',
    observed: states.verified.profiles[0]?.observed ?? null,
  });
  renderWindow(appOf([foreign], { helper: { state: 'not-authorised', access: 'read' } }));
  expect(buttons()).toEqual(['Install the helper', 'Disconnect (off)', 'Check now (off)']);
});
