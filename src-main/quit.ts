import { app, dialog } from 'electron';
import type { AppSession } from './session/app-session.ts';

const KEEP = 0;
const CANCEL = 2;

/**
 * Quits. While something is connected it asks once whether that stays, and remembers the answer; the helper keeps
 * a tunnel up without us. An end that nobody sat before (logout, SIGTERM) never comes here and leaves all as it is.
 */
export async function quit(session: AppSession): Promise<void> {
  if (session.up.length === 0) {
    app.quit();
    return;
  }
  const { onQuit } = session.state.settings;
  const choice = onQuit === 'ask' ? await ask(session) : onQuit;
  if (choice === 'cancel') {
    return;
  }
  if (choice === 'disconnect' && !(await session.disconnectAll()).ok) {
    // The window says why; a person who wants to be disconnected is not left connected unawares.
    return;
  }
  app.quit();
}

async function ask(session: AppSession): Promise<'keep' | 'disconnect' | 'cancel'> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Quit Mooring',
    message: 'Keep the connection when Mooring quits?',
    detail:
      'The tunnel works on its own and follows you from network to network. Mooring remembers your answer; you can change it in the window.',
    buttons: ['Keep connected', 'Disconnect', 'Cancel'],
    defaultId: KEEP,
    cancelId: CANCEL,
    noLink: true,
  });
  if (response === CANCEL) {
    return 'cancel';
  }
  const answer = response === KEEP ? 'keep' : 'disconnect';
  await session.setOnQuit(answer);
  return answer;
}
