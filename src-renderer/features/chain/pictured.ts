import type { Leg, LegHealth } from '../../../src-shared/model/chain.ts';

const ids = ['laptop-network', 'network-hub', 'hub-internet'] as const;
const all = (health: LegHealth): readonly Leg[] => ids.map((id) => ({ id, health, reason: '' }));

/** Chains to be seen where there is none to speak of: as it will be, and while nothing is known. */
export const PICTURED = { good: all('good'), unknown: all('unknown') } as const;
