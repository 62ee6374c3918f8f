import type { Asked } from '../../src-shared/ipc/schema.ts';
import type { AppSession } from '../session/app-session.ts';
import type { TrayAction } from './tray-view.ts';

export type TrayOwner = {
  readonly session: Pick<AppSession, 'connect' | 'disconnect' | 'copyAddress' | 'choose'>;
  /** Opens the window. */
  readonly show: () => void;
  readonly quit: () => Promise<void>;
};

/** Does what was clicked in the tray. What went wrong is told where there is room for it: in the window. */
export async function actOn(action: TrayAction, { session, show, quit }: TrayOwner): Promise<void> {
  switch (action.do) {
    case 'open':
      return show();
    case 'quit':
      return quit();
    case 'connect':
      return orShow(await session.connect(action.profile), show);
    case 'disconnect':
      return orShow(await session.disconnect(action.profile), show);
    case 'copy':
      return orShow(await session.copyAddress(action.profile), show);
    case 'choose':
      return orShow(await session.choose(action.profile), show);
  }
}

function orShow(done: Asked<unknown>, show: () => void): void {
  if (!done.ok) {
    show();
  }
}
