/**
 * What a test asks of the agent in a namespace: one JSON line each way. One process a namespace
 * serves a whole test, because starting one costs half a second under emulation.
 * Times are milliseconds of CLOCK_MONOTONIC, so those of several agents can be compared.
 */
export interface Calls {
  /** Echoes whatever comes, until the agent ends. */
  listen: { ask: { host: string; port: number }; answer: Record<string, never> };
  /** One TCP connection that has to bring an echo back. */
  connect: { ask: ConnectAsk; answer: { ok: boolean; ms: number; error?: string } };
  /** Tries over and over, several attempts under way at once; `at` is when the first echo came. */
  until: { ask: UntilAsk; answer: { ok: boolean; at: number; ms: number; error?: string } };
  /** Keeps one TCP session busy with numbered records, which come back as an echo. */
  streamStart: { ask: { name: string } & ConnectAsk; answer: Record<string, never> };
  streamStop: { ask: { name: string; settleMs: number }; answer: StreamResult };
  /** The network configuration of the namespace as text that two moments can be compared by. */
  snapshot: { ask: Record<string, never>; answer: { text: string } };
  /** A shell script, without the cost of entering the namespace anew. */
  sh: { ask: { script: string; timeoutMs?: number }; answer: ShellAnswer };
  /** Kills a process some time after a file has appeared, looked for without pause. */
  killWhen: {
    ask: { pid: number; exists: string; afterMs: number; withinMs: number };
    answer: { killed: boolean };
  };
  /** When an IPv6 address came to stand on a link, tentative or not. */
  whenAddress: {
    ask: { address: string; withinMs: number };
    answer: { ok: boolean; at: number };
  };
  now: { ask: Record<string, never>; answer: { at: number } };
}

export interface ConnectAsk {
  readonly host: string;
  readonly port: number;
  readonly source?: string;
  readonly timeoutMs?: number;
}

export interface UntilAsk extends ConnectAsk {
  readonly everyMs: number;
  readonly withinMs: number;
}

export interface StreamResult {
  readonly sent: number;
  readonly received: number;
  /** Records of those sent that did not come back, after the session had time to settle. */
  readonly lost: number;
  /** The longest time without an echo while there should have been one. */
  readonly longestGapMs: number;
  /** When the first echo after that gap came. */
  readonly resumedAt: number;
  readonly error?: string;
}

/**
 * How long a session stood still after an event, in ms, at most: where the event cost nothing that one can see, its
 * longest gap is another, much later and short.
 */
export const outageAfter = ({ resumedAt, longestGapMs }: StreamResult, at: number) =>
  Math.max(0, Math.min(resumedAt - at, longestGapMs));

export interface ShellAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Call = keyof Calls;

export type Handlers = {
  [K in Call]: (ask: Calls[K]['ask']) => Promise<Calls[K]['answer']>;
};

export const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
