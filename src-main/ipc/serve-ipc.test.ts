import { describe, expect, test } from 'vitest';
import { channelOf, ipcSchema, type MainHandlers } from '../../src-shared/ipc/schema.ts';
import { checkedCalls } from './checked-calls.ts';
import { isTrusted } from './trusted-sender.ts';

/** Handlers that tell what they were called with. */
function recorded() {
  const calls: unknown[] = [];
  const handlers = Object.fromEntries(
    Object.entries(ipcSchema).map(([topic, members]) => [
      topic,
      Object.fromEntries(
        Object.keys(members).map((name) => [
          name,
          (...args: unknown[]) => calls.push([`${topic}.${name}`, ...args]),
        ]),
      ),
    ]),
  ) as unknown as MainHandlers;
  return { calls, channels: checkedCalls(handlers) };
}

describe('arguments', () => {
  const good = {
    choose: ['home'],
    setOnQuit: ['keep'],
    import: ['home', 'text', false],
    check: [''],
  };
  const bad: Record<string, unknown[][]> = {
    'app.dismiss': [['more']],
    'app.choose': [[], [''], ['x'.repeat(65)], [7], [['home']], ['home', 'more']],
    'app.setOnQuit': [[], ['explode'], [null]],
    'tunnel.connect': [[], [{ name: 'home' }], [null], ['home', 'office']],
    'tunnel.disconnect': [[undefined]],
    'tunnel.copyAddress': [[0]],
    'profile.check': [[], ['x'.repeat(128 * 1024 + 1)], [{}]],
    'profile.import': [
      ['home', 'text'],
      ['home', 1, false],
      ['', 'text', false],
      ['home', 'text', 1],
    ],
    'profile.open': [['/etc/shadow']],
    'helper.install': [['/tmp/evil']],
  };

  test('every call of the schema is answered, and nothing else', () => {
    const calls = Object.entries(ipcSchema).flatMap(([topic, members]) =>
      Object.entries(members)
        .filter(([, { kind }]) => kind === 'call')
        .map(([name]) => channelOf(topic, name)),
    );
    expect([...recorded().channels.keys()].sort()).toEqual(calls.sort());
  });

  test.each(Object.entries(good))('%s passes on what is good', (name, args) => {
    const { calls, channels } = recorded();
    const channel = [...channels.keys()].find((key) => key.endsWith(`.${name}`)) ?? '';
    channels.get(channel)?.(args);
    expect(calls).toEqual([[channel.replace('mooring:', ''), ...args]]);
  });

  test.each(Object.entries(bad).flatMap(([name, lists]) => lists.map((args) => [name, args])))(
    '%s refuses %j',
    (name, args) => {
      const { calls, channels } = recorded();
      const answer = channels.get(`mooring:${name}`);
      expect(() => answer?.(args as unknown[])).toThrow(
        /^refused: malformed arguments of mooring:/,
      );
      expect(calls).toEqual([]);
    },
  );
});

describe('the sender', () => {
  const mainFrame = { url: 'app://mooring/index.html' };
  const contents = { mainFrame };
  const page = { origin: 'app://mooring', contents: () => contents };

  test('our own page in the window', () => {
    expect(isTrusted({ sender: contents, senderFrame: mainFrame }, page)).toBe(true);
  });

  test.each([
    ['another page in the window', { sender: { mainFrame }, senderFrame: mainFrame }],
    ['a frame inside it', { sender: contents, senderFrame: { url: mainFrame.url } }],
    ['a frame that is gone', { sender: contents, senderFrame: null }],
    ['no frame', { sender: contents, senderFrame: undefined }],
  ])('not %s', (_what, event) => {
    expect(isTrusted(event, page)).toBe(false);
  });

  test.each(['https://mooring/', 'app://mooring.evil/', 'app://mooring', 'about:blank'])(
    'not a window that shows %s',
    (url) => {
      const frame = { url };
      const other = { mainFrame: frame };
      const shows = { origin: 'app://mooring', contents: () => other };
      expect(isTrusted({ sender: other, senderFrame: frame }, shows)).toBe(false);
    },
  );

  test('nobody while there is no window', () => {
    const none = { origin: 'app://mooring', contents: () => undefined };
    expect(isTrusted({ sender: undefined, senderFrame: mainFrame }, none)).toBe(false);
  });
});
