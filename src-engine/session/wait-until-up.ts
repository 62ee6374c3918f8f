import type { TunnelStatus } from '../../src-shared/helper-protocol/status.ts';
import { type SessionState, sessionState } from '../../src-shared/model/session-state.ts';
import type { HelperOptions } from '../helper-client/helper-client.ts';
import { type HelperEvent, HelperWatch } from '../helper-client/watch.ts';
import { helperView } from './overview.ts';

export type Progress = {
  readonly state: SessionState;
  readonly observed: TunnelStatus | undefined;
};

/** How the waiting ended, with what was last known. Except when `gone` the tunnel stays desired. */
export type WaitResult = Progress & {
  readonly outcome: 'up' | 'failed' | 'timeout' | 'aborted' | 'gone';
};

export type WaitOrder = {
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
};

/**
 * Waits until the tunnel `name` carries verified traffic; internet missing behind the hub does not count
 * against it. Ends early at a failure that waits for a person. A helper that goes away may come back.
 */
export function waitUntilUp(options: HelperOptions, order: WaitOrder): Promise<WaitResult> {
  const { name, timeoutMs, signal, onProgress } = order;
  return new Promise((resolve) => {
    let last: Progress = { state: { state: 'connecting', step: 'key' }, observed: undefined };
    const watch = new HelperWatch(options, see);
    const timer = setTimeout(() => end('timeout'), timeoutMs);
    const abort = () => end('aborted');
    signal.addEventListener('abort', abort);
    watch.start();
    if (signal.aborted) {
      abort();
    }

    function see(event: HelperEvent): void {
      const helper = helperView(event);
      const tunnels = helper.state === 'ok' ? helper.status.tunnels : [];
      const observed = tunnels.find((tunnel) => tunnel.name === name);
      last = { state: sessionState({ wanted: true }, observed, helper.state), observed };
      onProgress(last);
      // It was set before the waiting began, so somebody else has taken it down since.
      const gone = helper.state === 'ok' && observed === undefined;
      const outcome = gone ? 'gone' : outcomeOf(last.state);
      if (outcome !== undefined) {
        end(outcome);
      }
    }

    function end(outcome: WaitResult['outcome']): void {
      watch.dispose();
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve({ outcome, ...last });
    }
  });
}

function outcomeOf(state: SessionState): 'up' | 'failed' | undefined {
  switch (state.state) {
    case 'verified':
      return 'up';
    case 'degraded':
      return state.reasons.every((reason) => reason === 'internet') ? 'up' : undefined;
    case 'failed':
      return state.cause === 'helper-missing' ? undefined : 'failed';
    default:
      return undefined;
  }
}
