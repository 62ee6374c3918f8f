import * as z from 'zod/mini';
import type { NamedError, Result } from '../model/result.ts';
import { type AppState, ON_QUIT } from './app-state.ts';
import { type Checked, MAX_TEXT_CHARACTERS } from './import-draft.ts';

/** One call from the window: what its arguments must be and, as a type only, what it answers. */
export type Call<P extends readonly unknown[] = readonly unknown[], R = unknown> = {
  readonly kind: 'call';
  readonly parameters: z.ZodMiniType<P>;
  readonly answers?: R;
};

/** Values that the main process sends: the present one to each new window, then each that follows. */
export type Feed<T = unknown> = { readonly kind: 'feed'; readonly sends?: T };

// In two steps, because TypeScript infers all type arguments of a call or none.
const answering = <R>() => ({
  to: <const P extends readonly z.ZodMiniType[]>(
    ...parameters: P
  ): Call<{ -readonly [K in keyof P]: z.infer<P[K]> }, R> =>
    // A tuple of these schemas parses to just that; zod's own types lose the lengths of generic tuples.
    ({ kind: 'call', parameters: z.tuple(parameters as never) as never }),
});

const feed = <T>(): Feed<T> => ({ kind: 'feed' });

const profileName = z.string().check(z.minLength(1), z.maxLength(64));
const fileText = z.string().check(z.maxLength(MAX_TEXT_CHARACTERS));

/** A failure that main has explained; its name is stable, its message is for a person. */
export type Asked<T> = Result<T, NamedError>;

/**
 * Everything that may pass between the window and the main process. Main, preload, window and the tests' double
 * are mapped from this one value; a channel that is not here does not exist.
 */
export const ipcSchema = {
  app: {
    /** The whole state, first as it is and then at every change. */
    state: feed<AppState>(),
    /** Takes the notice away. */
    dismiss: answering<void>().to(),
    choose: answering<Asked<void>>().to(profileName),
    setOnQuit: answering<Asked<void>>().to(z.enum(ON_QUIT)),
  },
  tunnel: {
    connect: answering<Asked<void>>().to(profileName),
    disconnect: answering<Asked<void>>().to(profileName),
    /** Asks the three reachabilities anew; what comes of it arrives with the state. */
    probe: answering<Asked<void>>().to(profileName),
    /** Puts the stable address on the clipboard and answers with it. */
    copyAddress: answering<Asked<string>>().to(profileName),
  },
  profile: {
    /** Reads a WireGuard file as it is being typed; nothing is stored. */
    check: answering<Checked>().to(fileText),
    /** Lets the person choose a file; null when none was chosen. */
    open: answering<Asked<{ readonly fileName: string; readonly checked: Checked } | null>>().to(),
    /**
     * Makes a profile of a text that `check` answered and chooses it. Answers with its name. The last argument
     * says whether a profile of this name may be written over.
     */
    import: answering<Asked<string>>().to(profileName, fileText, z.boolean()),
    /** Forgets what was typed, secrets too. */
    discard: answering<void>().to(),
  },
  helper: {
    /** Asks for the administrator's consent and installs the helper. */
    install: answering<Asked<void>>().to(),
  },
} as const satisfies Record<string, Record<string, Call | Feed>>;

export type IpcSchema = typeof ipcSchema;

type Topics = { readonly [topic: string]: { readonly [name: string]: Call | Feed } };

/** The window's side: a call is a function, a feed a function that listens and returns what stops it. */
export type WindowIpc<S extends Topics = IpcSchema> = {
  readonly [T in keyof S]: {
    readonly [N in keyof S[T]]: S[T][N] extends Call<infer P, infer R>
      ? (...args: P) => Promise<R>
      : S[T][N] extends Feed<infer V>
        ? (listener: (value: V) => void) => () => void
        : never;
  };
};

/** The main process's side of the calls: what answers each. */
export type MainHandlers<S extends Topics = IpcSchema> = {
  readonly [T in keyof S]: {
    readonly [N in keyof S[T] as S[T][N] extends Call<infer _P, infer _R>
      ? N
      : never]: S[T][N] extends Call<infer P, infer R> ? (...args: P) => R | Promise<R> : never;
  };
};

/** The name of a channel on the wire. */
export const channelOf = (topic: string, name: string) => `mooring:${topic}.${name}`;
