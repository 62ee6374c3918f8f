import type { Permission } from '../../../src-shared/model/allowed-actions.ts';

type Refusal = Extract<Permission, { allowed: false }>['why'];

const WHY: Record<Refusal, string> = {
  already: 'This profile is up already.',
  up: 'Disconnect first.',
  'not-up': 'This profile is not up.',
  'no-helper': 'This needs the helper.',
  'not-authorised': 'This account may only look.',
  'no-address': 'The address is not known yet.',
};

/** Why a button cannot be pressed; null when it can. */
export const whyNot = (permission: Permission): string | null =>
  permission.allowed ? null : WHY[permission.why];
