import type { AccessName } from '../world/addresses.ts';
import type { Call, Calls } from '../world/agent/protocol.ts';
import type { Namespace } from '../world/world.ts';

/** What somebody outside asks of a served world: one JSON line each way, `{id, call, ask}` and `{id, answer}`. */
export interface WorldCalls {
  readonly agent: { ask: { ns: Namespace; call: Call; ask: Calls[Call]['ask'] }; answer: unknown };
  readonly leave: { ask: AccessName; answer: null };
  /** Answers with when the new default route was there, on the clock of the agents. */
  readonly join: { ask: AccessName; answer: number };
  /** The WireGuard file of the laptop, as the hub's admin hands it out. */
  readonly file: { ask: null; answer: string };
  /** Ends the world. */
  readonly end: { ask: null; answer: null };
}

export type WorldCall = keyof WorldCalls;
