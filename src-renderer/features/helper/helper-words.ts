import type { HelperFacts } from '../../../src-shared/ipc/app-state.ts';

const WHY: Record<Exclude<HelperFacts['state'], 'ok' | 'looking'>, string> = {
  'helper-missing':
    'The helper is the one small part of Mooring that holds the tunnel, also while this window is closed.',
  'untrusted-helper':
    'What answers in the helper’s place does not belong to root, so nothing was sent to it.',
  'helper-version': 'The helper and this app are of versions that do not understand each other.',
  'not-authorised':
    'A helper is running, but only root and the operators of this computer may change tunnels.',
};

/** Why the helper has to be installed, in a sentence; null when it has not. */
export const whyInstall = (state: HelperFacts['state']): string | null =>
  state === 'ok' || state === 'looking' ? null : WHY[state];
