import type { AppState } from '../../src-shared/ipc/app-state.ts';
import type { Checked } from '../../src-shared/ipc/import-draft.ts';
import { ipcSchema, type MainHandlers, type WindowIpc } from '../../src-shared/ipc/schema.ts';
import { ok } from '../../src-shared/model/result.ts';
import { goodFile } from './states.ts';

/** What the main process would answer, for each topic any part of it. */
export type Answers = { readonly [T in keyof MainHandlers]?: Partial<MainHandlers[T]> };

/** A main process for tests: it answers as told, remembers what was asked and refuses malformed arguments. */
export type FakeIpc = {
  readonly ipc: WindowIpc;
  /** `tunnel.connect` and the like with the arguments, in the order of the calls. */
  readonly calls: readonly (readonly [channel: string, ...args: readonly unknown[]])[];
  /** Sends a state to all who listen, and to each who listens later. */
  readonly push: (state: AppState) => void;
  readonly listeners: () => number;
};

const DEFAULTS: MainHandlers = {
  app: { dismiss: () => {}, choose: () => ok(undefined), setOnQuit: () => ok(undefined) },
  tunnel: {
    connect: () => ok(undefined),
    disconnect: () => ok(undefined),
    probe: () => ok(undefined),
    copyAddress: () => ok('2001:db8::10ab:34ff:fecd:56ef'),
  },
  profile: {
    check: (text): Checked => ({ ...goodFile, text }),
    open: () => ok(null),
    import: (name) => ok(name),
    discard: () => {},
  },
  helper: { install: () => ok(undefined) },
};

type Handler = (...args: unknown[]) => unknown;

export function fakeIpc(answers: Answers = {}): FakeIpc {
  const calls: [string, ...unknown[]][] = [];
  const listening = new Set<(state: AppState) => void>();
  let last: AppState | undefined;

  const feed = (listener: (state: AppState) => void) => {
    listening.add(listener);
    if (last !== undefined) {
      listener(last);
    }
    return () => void listening.delete(listener);
  };
  const ipc = mapped((topic, name, entry) => {
    if (entry.kind === 'feed') {
      return feed;
    }
    const given = (answers as Record<string, Record<string, Handler>>)[topic]?.[name];
    const answer = given ?? (DEFAULTS as Record<string, Record<string, Handler>>)[topic]?.[name];
    return async (...args: unknown[]) => {
      entry.parameters.parse(args);
      calls.push([`${topic}.${name}`, ...args]);
      return await answer?.(...args);
    };
  });
  const push = (state: AppState) => {
    last = state;
    for (const listener of listening) {
      listener(state);
    }
  };
  return { ipc, calls, push, listeners: () => listening.size };
}

type Entry =
  | { readonly kind: 'feed' }
  | { readonly kind: 'call'; readonly parameters: { parse(args: unknown): unknown } };

/** The window's side made of the schema, as the preload script makes it. */
function mapped(make: (topic: string, name: string, entry: Entry) => unknown): WindowIpc {
  const topics = Object.entries(ipcSchema).map(([topic, entries]) => {
    const sides = Object.entries(entries).map(([name, entry]) => [
      name,
      make(topic, name, entry as Entry),
    ]);
    return [topic, Object.fromEntries(sides)];
  });
  return Object.fromEntries(topics);
}
