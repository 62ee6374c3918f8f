import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Checked } from '../../src-shared/ipc/import-draft.ts';
import { ok } from '../../src-shared/model/result.ts';
import { type Answers, fakeIpc } from '../testing/fake-ipc.ts';
import { goodFile } from '../testing/states.ts';
import { createDraft } from './draft.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const checkedOf = (text: string): Checked => ({ ...goodFile, text });

function start(profile: Answers['profile'] = {}, name: string | null = null) {
  const fake = fakeIpc({ profile });
  return { fake, draft: createDraft(fake.ipc.profile, name) };
}

const pause = () => vi.advanceTimersByTimeAsync(120);

describe('checking', () => {
  test('waits for a pause in the typing', async () => {
    const { fake, draft } = start();
    draft.write('[I');
    await vi.advanceTimersByTimeAsync(119);
    draft.write('[Int');
    await vi.advanceTimersByTimeAsync(119);
    expect(fake.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.calls).toEqual([['profile.check', '[Int']]);
    expect(draft.store.getState()).toMatchObject({ text: '[Int', current: true, name: 'hub' });
  });

  test('only the newest answer counts', async () => {
    const answers: ((checked: Checked) => void)[] = [];
    const { draft } = start({ check: () => new Promise((resolve) => answers.push(resolve)) });
    draft.write('first');
    await pause();
    draft.write('second');
    await pause();
    answers[1]?.(checkedOf('second'));
    answers[0]?.(checkedOf('first'));
    await pause();
    expect(draft.store.getState()).toMatchObject({ text: 'second', current: true });
  });

  test('what is typed while the answer is on its way is not lost', async () => {
    const answers: ((checked: Checked) => void)[] = [];
    const { draft } = start({ check: () => new Promise((resolve) => answers.push(resolve)) });
    draft.write('first');
    await pause();
    draft.write('first and more');
    answers[0]?.(checkedOf('first'));
    await vi.advanceTimersByTimeAsync(1);
    expect(draft.store.getState()).toMatchObject({ text: 'first and more', current: false });
  });

  test('an emptied editor says nothing of what was there', async () => {
    const { fake, draft } = start();
    draft.write('[Interface]');
    await pause();
    draft.write('  \n');
    await pause();
    expect(draft.store.getState()).toMatchObject({ checked: null, current: false });
    expect(fake.calls.length).toBe(1);
  });

  test('a text that no file can be stays out', () => {
    const { draft } = start();
    draft.write('x'.repeat(128 * 1024 + 1));
    expect(draft.store.getState()).toMatchObject({ text: '', error: { name: 'file-too-large' } });
  });
});

describe('a file', () => {
  test('that was chosen replaces what was being typed', async () => {
    const checked = checkedOf('chosen');
    const { fake, draft } = start({ open: () => ok({ fileName: 'hub.conf', checked }) });
    draft.write('typed');
    await draft.choose();
    await pause();
    expect(fake.calls).toEqual([['profile.open']]);
    expect(draft.store.getState()).toMatchObject({ text: 'chosen', current: true });
  });

  test('that was not chosen in the end changes nothing', async () => {
    const { draft } = start();
    draft.write('typed');
    await draft.choose();
    await pause();
    expect(draft.store.getState()).toMatchObject({ text: 'typed', current: true });
  });

  test('that is too large is not read', async () => {
    const { fake, draft } = start();
    await draft.drop(new File(['x'.repeat(128 * 1024 + 1)], 'disk.img'));
    await pause();
    expect(draft.store.getState().error?.name).toBe('file-too-large');
    expect(fake.calls).toEqual([]);
  });
});

describe('the name', () => {
  test('is the person’s own once it was touched', async () => {
    const { draft } = start();
    draft.write('[Interface]');
    await pause();
    draft.rename('mine');
    draft.write('[Interface] again');
    await pause();
    expect(draft.store.getState().name).toBe('mine');
  });

  test('is not suggested for a profile that has one', async () => {
    const { draft } = start({}, 'home');
    draft.write('[Interface]');
    await pause();
    expect(draft.store.getState().name).toBe('home');
  });
});

describe('submitting', () => {
  test('sends the text that was checked', async () => {
    const { fake, draft } = start({ check: () => checkedOf('without the key') });
    draft.write('with the key');
    await pause();
    expect(await draft.submit()).toBe('hub');
    expect(fake.calls.at(-1)).toEqual(['profile.import', 'hub', 'without the key', false]);
  });

  test('does nothing while the newest text is not checked', async () => {
    const { fake, draft } = start();
    draft.write('[Interface]');
    await pause();
    draft.write('[Interface] and more');
    expect(await draft.submit()).toBeNull();
    expect(fake.calls.length).toBe(1);
  });

  test('keeps the reason when it is refused', async () => {
    const error = { name: 'profile-exists', message: 'there is one' };
    const { draft } = start({ import: () => ({ ok: false, error }) });
    draft.write('[Interface]');
    await pause();
    expect(await draft.submit()).toBeNull();
    expect(draft.store.getState()).toMatchObject({ importing: false, error });
  });
});

test('leaving stops what is under way and lets the main process forget', async () => {
  const { fake, draft } = start();
  draft.write('[Interface]');
  draft.leave();
  await pause();
  expect(fake.calls).toEqual([['profile.discard']]);
});
