import { ipcMain, type WebContents } from 'electron';
import type { AppState } from '../../src-shared/ipc/app-state.ts';
import { channelOf, type MainHandlers } from '../../src-shared/ipc/schema.ts';
import { checkedCalls } from './checked-calls.ts';
import { type CallEvent, isTrusted, type TrustedPage } from './trusted-sender.ts';

/**
 * Answers the calls of the schema, and no others, to the one page that is trusted: who asks is looked at before
 * what is asked. Returns what stops it. This file and preload.ts alone touch Electron's own messages.
 */
export function serveIpc(page: TrustedPage, handlers: MainHandlers): () => void {
  const calls = checkedCalls(handlers);
  for (const [channel, answer] of calls) {
    ipcMain.handle(channel, (event: CallEvent, ...args: unknown[]) => {
      if (!isTrusted(event, page)) {
        throw new Error('refused: this does not come from the window');
      }
      return answer(args);
    });
  }
  return () => {
    for (const channel of calls.keys()) {
      ipcMain.removeHandler(channel);
    }
  };
}

/** Sends the state to a window. */
export function sendState(contents: WebContents, state: AppState): void {
  if (!contents.isDestroyed()) {
    contents.send(channelOf('app', 'state'), state);
  }
}
