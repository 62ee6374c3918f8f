import type { SessionState } from './session-state.ts';

/** What tray, window and CLI offer for a profile. */
export type Action = 'connect' | 'disconnect' | 'probe' | 'copy-address' | 'replace' | 'remove';

/** May this be pressed? If not, `why` is a stable word. */
export type Permission =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly why: 'already' | 'up' | 'not-up' | 'no-helper' | 'not-authorised' | 'no-address';
    };

export type ActionFacts = {
  readonly state: SessionState;
  /** The helper holds a tunnel of this name. */
  readonly held: boolean;
  /** What the helper lets us do; null without a helper. */
  readonly access: 'read' | 'write' | null;
  /** The stable address, null while no prefix is known. */
  readonly address: string | null;
};

const YES: Permission = { allowed: true };
const no = (why: Extract<Permission, { allowed: false }>['why']): Permission => ({
  allowed: false,
  why,
});

/** The one place that knows which action makes sense when. */
export function allowedActions(facts: ActionFacts): Record<Action, Permission> {
  const { state, held, access, address } = facts;
  const change = access === null ? no('no-helper') : access === 'read' ? no('not-authorised') : YES;
  const connecting = held || (state.state !== 'off' && state.state !== 'failed');
  return {
    connect: !change.allowed ? change : held ? no('already') : YES,
    disconnect: !change.allowed ? change : connecting ? YES : no('not-up'),
    probe: !change.allowed ? change : held ? YES : no('not-up'),
    'copy-address': address === null ? no('no-address') : YES,
    replace: !change.allowed ? change : held ? no('up') : YES,
    remove: !change.allowed ? change : held ? no('up') : YES,
  };
}
