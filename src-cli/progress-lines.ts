import type { Progress } from '../src-engine/session/wait-until-up.ts';
import { STEPS, type Step } from '../src-shared/helper-protocol/status.ts';
import type { Profile } from '../src-shared/model/profile.ts';
import { aboutState, reachabilityText } from './status-text.ts';

/** The lines that `up` says while it waits: each step once, in order, and each state on the way. */
export class ProgressLines {
  readonly #profile: Profile;
  readonly #startedMs: number;
  #stepsSaid = 0;
  #said = '';

  /** `startedMs` and the `nowMs` of `next` are milliseconds of the same clock. */
  constructor(profile: Profile, startedMs: number) {
    this.#profile = profile;
    this.#startedMs = startedMs;
  }

  /** What is new since the last call; empty when nothing is. */
  next(progress: Progress, nowMs: number): string {
    const { state, observed } = progress;
    // A change may have been missed, but no step was: they are in order.
    const reached = observed === undefined ? 0 : STEPS.indexOf(observed.step) + 1;
    const steps = STEPS.slice(this.#stepsSaid, reached).filter((step) => step !== 'up');
    this.#stepsSaid = Math.max(this.#stepsSaid, reached);
    const lines = steps.map((step) => this.#line(step, this.#about(step, progress), nowMs));
    if (state.state !== 'connecting') {
      const about =
        state.state === 'verified' && observed !== undefined
          ? reachabilityText(observed.reachability)
          : aboutState(state, new Date(nowMs));
      if (`${state.state} ${about}` !== this.#said) {
        lines.push(this.#line(state.state, about, nowMs));
      }
      this.#said = `${state.state} ${about}`;
    }
    return lines.join('');
  }

  #line(word: string, about: string, nowMs: number): string {
    const seconds = ((nowMs - this.#startedMs) / 1000).toFixed(2).padStart(6);
    return `${seconds} s  ${word.padEnd(9)} ${about}\n`;
  }

  #about(step: Exclude<Step, 'up'>, { observed }: Progress): string {
    const { hub, prefix } = this.#profile;
    switch (step) {
      case 'key':
        return 'the private key of this profile';
      case 'resolve':
        return `a way to ${hub.endpoint}`;
      case 'link':
        return `WireGuard to ${observed?.endpoint ?? hub.endpoint}`;
      case 'tap':
        return `Ethernet to ${hub.address} as ${this.#profile.mac}`;
      case 'address':
        return prefix === null ? 'waiting for a router advertisement' : `an address in ${prefix}`;
      case 'verify':
        return `traffic of ${observed?.address ?? 'the stable address'}`;
    }
  }
}
