import { join } from 'node:path';
import { app, clipboard, session as electronSession, protocol } from 'electron';
import { ProfileStore } from '../src-engine/profiles/profile-store.ts';
import { readArguments } from './arguments.ts';
import { chooseWorld } from './choose-world.ts';
import { ipcHandlers } from './ipc/handlers.ts';
import { sendState, serveIpc } from './ipc/serve-ipc.ts';
import { setAppMenu } from './platform/app-menu.ts';
import { serveScheme } from './platform/electron-versions.ts';
import { networkKind } from './platform/network-kind.ts';
import { openFile } from './platform/open-file.ts';
import { helperPath } from './platform/paths.ts';
import { watchFolder } from './platform/watch-folder.ts';
import { quit } from './quit.ts';
import { AppSession } from './session/app-session.ts';
import { SettingsFile } from './session/settings.ts';
import { actOn } from './tray/act-on.ts';
import { AppTray } from './tray/tray.ts';
import { TrayHostWait } from './tray/tray-host.ts';
import { type TrayAction, trayView } from './tray/tray-view.ts';
import { lockDown } from './windows/lock-down.ts';
import { MainWindow } from './windows/main-window.ts';
import { ORIGIN, SCHEME } from './windows/origin.ts';
import { pageFile } from './windows/page-files.ts';

// Wiring only: each part is made here and told what it needs of the others.

const TRAY_PATIENCE_MS = 30_000;

app.setName('Mooring');
app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true } },
]);

const args = readArguments(process.argv);

if (app.requestSingleInstanceLock()) {
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      process.stderr.write(`mooring: ${error instanceof Error ? error.message : error}\n`);
      app.exit(1);
    });
} else {
  // The first instance has been told, and shows its window.
  app.exit();
}

async function start(): Promise<void> {
  const world = await chooseWorld({
    arguments: args,
    folder: __dirname,
    userData: app.getPath('userData'),
    helperPath: helperPath(app.isPackaged, __dirname, process.resourcesPath),
    uid: process.getuid?.() ?? 0,
  });
  const session = new AppSession({
    version: app.getVersion(),
    helper: world.helper,
    store: new ProfileStore(world.profilesFolder),
    settings: new SettingsFile(world.settingsFile),
    elevation: world.elevation,
    copy: async (text) => clipboard.writeText(text),
    networkKind,
  });
  const stopWatching = watchFolder(world.profilesFolder, () => void session.reload());

  let tray: AppTray | undefined;
  const window = new MainWindow({
    folder: __dirname,
    onReady: (contents) => sendState(contents, session.state),
    onClosed: () => {
      session.discardFile();
      // Without a tray nothing of the app could be reached any more.
      if (session.state.tray === 'absent') {
        void quit(session);
      }
    },
  });
  const show = () => {
    void session.reload();
    window.show();
  };

  const act = (action: TrayAction) =>
    void actOn(action, { session, show, quit: () => quit(session) });
  const host = new TrayHostWait({
    onFound: () => {
      tray = new AppTray(
        { icons: join(__dirname, 'icons'), onAction: act },
        trayView(session.state),
      );
      session.setTray('shown');
    },
    onLate: () => {
      session.setTray('absent');
      if (window.contents === undefined) {
        show();
      }
    },
    patienceMs: TRAY_PATIENCE_MS,
  });

  session.onState((state) => {
    tray?.show(trayView(state));
    if (window.contents !== undefined) {
      sendState(window.contents, state);
    }
  });
  lockDown(app, electronSession.defaultSession);
  serveScheme(SCHEME, (url) => pageFile(join(__dirname, 'renderer'), url));
  serveIpc({ origin: ORIGIN, contents: () => window.contents }, ipcHandlers(session, openFile));
  setAppMenu(() => void quit(session));
  app.on('second-instance', show);
  app.on('activate', show);
  // The tray stays when the window goes.
  app.on('window-all-closed', () => undefined);
  app.on('will-quit', () => {
    host.dispose();
    stopWatching();
    session.dispose();
    void world.dispose();
  });

  host.start();
  await session.start();
  if (!args.hidden) {
    show();
  }
}
