import type { SessionWord } from '../../../src-shared/model/session-state.ts';

/** How a state feels; gives colour to what has a shape and words already. */
export type Tone = 'good' | 'calm' | 'doubtful' | 'broken' | 'unknown';

const TONES: Record<SessionWord, Tone> = {
  off: 'unknown',
  connecting: 'calm',
  verified: 'good',
  degraded: 'doubtful',
  roaming: 'calm',
  waiting: 'doubtful',
  failed: 'broken',
};

export const toneOf = (word: SessionWord): Tone => TONES[word];
