import type { MainHandlers } from '../../src-shared/ipc/schema.ts';
import { ok } from '../../src-shared/model/result.ts';
import type { openFile } from '../platform/open-file.ts';
import type { AppSession } from '../session/app-session.ts';

/** What answers the window's calls. */
export function ipcHandlers(session: AppSession, open: typeof openFile): MainHandlers {
  return {
    app: {
      dismiss: () => session.dismiss(),
      choose: (name) => session.choose(name),
      setOnQuit: (onQuit) => session.setOnQuit(onQuit),
    },
    tunnel: {
      connect: (name) => session.connect(name),
      disconnect: (name) => session.disconnect(name),
      probe: (name) => session.probe(name),
      copyAddress: (name) => session.copyAddress(name),
    },
    profile: {
      check: (text) => session.checkFile(text),
      open: async () => {
        const opened = await open();
        if (!opened.ok || opened.value === null) {
          return opened.ok ? ok(null) : opened;
        }
        const { fileName, text } = opened.value;
        return ok({ fileName, checked: session.checkFile(text, fileName) });
      },
      import: (name, text, replace) => session.importFile(name, text, replace),
      discard: () => session.discardFile(),
    },
    helper: { install: () => session.installHelper() },
  };
}
