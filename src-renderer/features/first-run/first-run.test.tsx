// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import type { Checked } from '../../../src-shared/ipc/import-draft.ts';
import { ok, type Result } from '../../../src-shared/model/result.ts';
import { renderWindow } from '../../testing/render-window.tsx';
import { ADDRESS, goodFile, states } from '../../testing/states.ts';

afterEach(cleanup);

const editor = () => screen.getByLabelText<HTMLTextAreaElement>('WireGuard file');
const add = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Add profile' });
const currentStep = () => document.querySelector('[aria-current="step"]')?.textContent;

const badFile = (error: object): Omit<Checked, 'text'> => ({
  suggestedName: 'hub',
  warnings: [],
  outcome: { ok: false, error: { name: 'bad', message: 'wrong', line: 0, ...error } },
});
const checking = (answer: Omit<Checked, 'text'>) => ({
  profile: { check: (text: string): Checked => ({ ...answer, text }) },
});

test('from nothing to connected', async () => {
  const { fake, user } = renderWindow(states['no-helper-no-profile']);
  expect(currentStep()).toBe('1Helper');
  await user.click(screen.getByRole('button', { name: 'Install the helper' }));

  act(() => fake.push(states['no-profile']));
  expect(currentStep()).toBe('2Profile');
  expect(document.activeElement).toBe(editor());
  await user.paste('[Interface]');
  await waitFor(() => expect(add().disabled).toBe(false));
  expect(screen.getByText(ADDRESS)).toBeTruthy();
  expect(screen.getByText('hub.example:23450')).toBeTruthy();
  const name = screen.getByLabelText<HTMLInputElement>('Name');
  expect(name.value).toBe('hub');
  await user.clear(name);
  await user.type(name, 'home');
  await user.click(add());

  act(() => fake.push(states.off));
  expect(currentStep()).toBe('3Connect');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Connect' }));
  await user.keyboard('{Enter}');
  expect(fake.calls).toEqual([
    ['helper.install'],
    ['profile.check', '[Interface]'],
    ['profile.import', 'home', '[Interface]', false],
    ['profile.discard'],
    ['tunnel.connect', 'home'],
  ]);

  act(() => fake.push(states.verified));
  expect(currentStep()).toBeUndefined();
});

test('the focus is on Connect, also when the profile is told of before its import is answered', async () => {
  let answer = (_name: Result<string>) => {};
  const { fake, user } = renderWindow(states['no-profile'], {
    profile: { import: () => new Promise((resolve) => (answer = resolve)) },
  });
  await user.paste('[Interface]');
  await waitFor(() => expect(add().disabled).toBe(false));
  await user.click(add());
  expect(add().getAttribute('aria-disabled')).toBe('true');
  act(() => fake.push(states.off));
  await act(async () => answer(ok('home')));
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Connect' }));
});

describe('the helper first', () => {
  test('two sentences say what it is and why an administrator is asked', () => {
    renderWindow(states['no-helper-no-profile']);
    const words = screen.getByRole('main').textContent;
    expect(words).toContain('The helper is the one small part of Mooring that holds the tunnel');
    expect(words).toContain('which needs an administrator’s consent.');
  });

  test('while it is being installed the button says so and does nothing', async () => {
    const { fake, user } = renderWindow({ ...states.installing, profiles: [], chosen: null });
    await user.click(screen.getByRole('button', { name: 'Install the helper' }));
    expect(fake.calls).toEqual([]);
    expect(screen.getByRole('status').textContent).toContain(
      'Waiting for an administrator’s consent.',
    );
  });

  test('what went wrong is told', () => {
    const error = { name: 'no-consent', message: 'consent was not given' };
    renderWindow({ ...states['no-helper-no-profile'], notice: { about: 'helper', error } });
    expect(screen.getByRole('alert').textContent).toContain(
      'The helper was not installedConsent was not given.',
    );
  });
});

describe('the file', () => {
  test('nothing is checked and nothing can be added before something is there', () => {
    const { fake } = renderWindow(states['no-profile']);
    expect(add().disabled).toBe(true);
    expect(fake.calls).toEqual([]);
  });

  test('an error names line and field and says what may be meant', async () => {
    const { user, container } = renderWindow(
      states['no-profile'],
      checking(
        badFile({
          line: 2,
          field: 'Peer.Endpoint',
          message: 'a port is a number from 1 to 65535',
          quoted: 'hub.example:99999',
          suggestion: 'hub.example:9999',
        }),
      ),
    );
    await user.click(editor());
    await user.paste('[Peer]\nEndpoint = hub.example:99999\n');
    expect(await screen.findByText('Line 2, Endpoint in [Peer]')).toBeTruthy();
    expect(document.getElementById('report')?.textContent).toContain(
      'A port is a number from 1 to 65535. It says “hub.example:99999”. Did you mean hub.example:9999?',
    );
    expect(container.querySelector('[data-wrong="true"]')?.textContent).toBe('2');
    expect(editor().getAttribute('aria-invalid')).toBe('true');
    expect(editor().getAttribute('aria-describedby')).toContain('report');
    expect(add().disabled).toBe(true);
  });

  test('an error of the whole file blames no line', async () => {
    const { user, container } = renderWindow(
      states['no-profile'],
      checking(badFile({ field: 'Peer.Endpoint', message: 'Endpoint is missing in [Peer]' })),
    );
    await user.click(editor());
    await user.paste('[Peer]');
    expect(await screen.findByText('Endpoint in [Peer]')).toBeTruthy();
    expect(container.querySelector('[data-wrong="true"]')).toBeNull();
  });

  test('warnings are listed and stop nothing', async () => {
    const warnings = [{ line: 4, field: 'Interface.DNS', message: 'not used: it stays as it is' }];
    const { user } = renderWindow(states['no-profile'], checking({ ...goodFile, warnings }));
    await user.click(editor());
    await user.paste('[Interface]');
    expect(
      await screen.findByText('Line 4, DNS in [Interface] – not used: it stays as it is.'),
    ).toBeTruthy();
    expect(add().disabled).toBe(false);
  });

  test('a key is taken out of the window, and the caret stays on its line', async () => {
    const { user } = renderWindow(states['no-profile'], {
      profile: {
        check: (text) => ({ ...goodFile, text: text.replace(/= \S{44}/, '= (private key)') }),
      },
    });
    const key = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
    await user.click(editor());
    await user.paste(`PrivateKey = ${key}\nAddress = 172.16.0.2/24`);
    const beforeAddress = `PrivateKey = ${key}\n`.length;
    editor().setSelectionRange(beforeAddress, beforeAddress);
    fireEvent.select(editor());
    await waitFor(() =>
      expect(editor().value).toBe('PrivateKey = (private key)\nAddress = 172.16.0.2/24'),
    );
    expect(document.body.innerHTML).not.toContain(key);
    expect(editor().selectionStart).toBe('PrivateKey = (private key)\n'.length);
  });

  test('is chosen', async () => {
    const checked = { ...goodFile, suggestedName: 'office', text: '[Interface]\n' };
    const { fake, user } = renderWindow(states['no-profile'], {
      profile: { open: () => ok({ fileName: 'office.conf', checked }) },
    });
    await user.click(screen.getByRole('button', { name: 'Choose a file…' }));
    expect(editor().value).toBe('[Interface]\n');
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('office');
    expect(fake.calls).toEqual([['profile.open']]);
  });

  test('is dropped anywhere', async () => {
    const { fake } = renderWindow(states['no-profile']);
    const dataTransfer = { types: ['Files'], files: [new File(['[Interface]'], 'hub.conf')] };
    fireEvent.dragOver(document.body, { dataTransfer });
    expect(screen.getByText('Drop the file')).toBeTruthy();
    fireEvent.drop(document.body, { dataTransfer });
    expect(screen.queryByText('Drop the file')).toBeNull();
    await waitFor(() => expect(fake.calls).toEqual([['profile.check', '[Interface]']]));
  });

  test('that cannot be read is told', async () => {
    const error = { name: 'unreadable', message: 'hub.conf cannot be read' };
    const { user } = renderWindow(states['no-profile'], {
      profile: { open: () => ({ ok: false, error }) },
    });
    await user.click(screen.getByRole('button', { name: 'Choose a file…' }));
    expect((await screen.findByRole('alert')).textContent).toBe('Hub.conf cannot be read.');
  });
});

describe('the name', () => {
  const written = async (name: string) => {
    const window = renderWindow(states.off);
    await window.user.click(screen.getByRole('button', { name: 'Add a profile' }));
    await window.user.click(editor());
    await window.user.paste('[Interface]');
    const field = await screen.findByLabelText('Name');
    await window.user.clear(field);
    await window.user.type(field, name);
    return window;
  };

  test.each([
    ['Home', 'A name is 1 to 32 of a-z, 0-9 and hyphens, with no hyphen first or last.'],
    ['home', 'There is a profile of this name already.'],
  ])('%s is refused', async (name, why) => {
    await written(name);
    expect(screen.getByText(why)).toBeTruthy();
    expect(add().disabled).toBe(true);
  });

  test('another one is fine', async () => {
    const { fake, user } = await written('office');
    await user.keyboard('{Enter}');
    expect(fake.calls).toContainEqual(['profile.import', 'office', '[Interface]', false]);
  });
});

describe('leaving', () => {
  test('goes back to Home and forgets what was written', async () => {
    const { fake, user } = renderWindow(states.off);
    await user.click(screen.getByRole('button', { name: 'Add a profile' }));
    await user.click(screen.getByRole('button', { name: 'Back' }));
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Not connected');
    expect(fake.calls).toEqual([['profile.discard']]);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Connect' }));
  });

  test('there is no way back from the first profile', () => {
    renderWindow(states['no-profile']);
    expect(screen.queryByRole('button', { name: 'Back' })).toBeNull();
  });
});

test('a file imported again: its profile goes down for that, and keeps its name', async () => {
  const { fake, user } = renderWindow(states['failed-key-missing']);
  await user.click(screen.getByRole('button', { name: 'Import its file again' }));
  expect(fake.calls).toEqual([['tunnel.disconnect', 'home']]);
  act(() => fake.push(states.off));
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Import home again');
  await user.paste('[Interface]');
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Import again' });
  await waitFor(() => expect(button.disabled).toBe(false));
  expect(screen.queryByLabelText('Name')).toBeNull();
  await user.click(button);
  expect(fake.calls).toContainEqual(['profile.import', 'home', '[Interface]', true]);
  expect(screen.getByRole('button', { name: 'Connect' })).toBe(document.activeElement);
});

test('a profile that does not go down is not imported again', async () => {
  const error = { name: 'helper-gone', message: 'the helper went away' };
  const { user } = renderWindow(states['failed-key-missing'], {
    tunnel: { disconnect: () => ({ ok: false, error }) },
  });
  await user.click(screen.getByRole('button', { name: 'Import its file again' }));
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Key is missing');
});

test('a refused import is told, and can be tried again', async () => {
  const error = { name: 'helper-gone', message: 'the helper went away' };
  const { user } = renderWindow(states['no-profile'], {
    profile: { import: () => ({ ok: false, error }) },
  });
  await user.click(editor());
  await user.paste('[Interface]');
  await waitFor(() => expect(add().disabled).toBe(false));
  await user.click(add());
  expect((await screen.findByRole('alert')).textContent).toBe('The helper went away.');
  expect(add().disabled).toBe(false);
});
