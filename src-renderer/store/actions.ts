import type { OnQuit, ProfileFacts } from '../../src-shared/ipc/app-state.ts';
import type { WindowIpc } from '../../src-shared/ipc/schema.ts';
import { arrived, type Page, received, type WindowStore } from './window-store.ts';

export type WindowActions = ReturnType<typeof windowActions>;

/**
 * What a person can do in the window. A failure of a call comes back as the notice in the app's state, so none
 * is looked at here.
 */
export function windowActions(store: WindowStore, ipc: WindowIpc) {
  const go = (page: Page) => store.setState({ page });
  return {
    connect: (name: string) => ipc.tunnel.connect(name),
    disconnect: (name: string) => ipc.tunnel.disconnect(name),
    probe: (name: string) => ipc.tunnel.probe(name),
    choose: (name: string) => ipc.app.choose(name),
    setOnQuit: (onQuit: OnQuit) => ipc.app.setOnQuit(onQuit),
    dismiss: () => ipc.app.dismiss(),
    installHelper: () => ipc.helper.install(),
    addProfile: () => go('add'),
    /** Its file is to be imported again; what is up of it goes down for that. */
    replaceProfile: async ({ name, observed }: ProfileFacts) => {
      if (observed === null || (await ipc.tunnel.disconnect(name)).ok) {
        go({ replace: name });
      }
    },
    goHome: () => store.setState({ page: 'home', focusAction: true }),
    focused: () => store.setState({ focusAction: false }),

    copyAddress: async (name: string) => {
      const copied = await ipc.tunnel.copyAddress(name);
      if (copied.ok) {
        store.setState(({ copies }) => ({ copies: copies + 1 }));
      }
    },

    /** A profile of this name was made: Home shows it as soon as the app's state has it. */
    added: (name: string) => store.setState((state) => arrived({ ...state, awaited: name })),
  };
}

/** Keeps the store at what the main process tells, until the returned function is called. */
export function follow(store: WindowStore, ipc: WindowIpc): () => void {
  return ipc.app.state((app) => store.setState((state) => received(state, app)));
}
