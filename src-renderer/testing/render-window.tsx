import { render } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { AppState } from '../../src-shared/ipc/app-state.ts';
import { App } from '../app/App.tsx';
import { follow, windowActions } from '../store/actions.ts';
import { WindowContext } from '../store/window-context.ts';
import { createWindowStore } from '../store/window-store.ts';
import { type Answers, fakeIpc } from './fake-ipc.ts';

/** The whole window over a fake main process that has told `app`. */
export function renderWindow(app: AppState, answers: Answers = {}) {
  const fake = fakeIpc(answers);
  const store = createWindowStore();
  const actions = windowActions(store, fake.ipc);
  fake.push(app);
  const unfollow = follow(store, fake.ipc);
  const rendered = render(
    <WindowContext value={{ ipc: fake.ipc, store, actions }}>
      <App />
    </WindowContext>,
  );
  return { ...rendered, fake, store, user: userEvent.setup(), unfollow };
}
