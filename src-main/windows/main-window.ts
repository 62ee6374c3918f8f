import { join } from 'node:path';
import { BrowserWindow, nativeTheme, type WebContents } from 'electron';
import { ORIGIN } from './origin.ts';

export type WindowOrder = {
  /** Folder with preload.js and the icons. */
  readonly folder: string;
  /** Called once the page listens, each time it is loaded. */
  readonly onReady: (contents: WebContents) => void;
  readonly onClosed: () => void;
};

/** The one window, made when it is wanted and destroyed when it is closed: a hidden one would cost its memory. */
export class MainWindow {
  readonly #order: WindowOrder;
  #window: BrowserWindow | undefined;

  constructor(order: WindowOrder) {
    this.#order = order;
  }

  get contents(): WebContents | undefined {
    return this.#window?.webContents;
  }

  /** Opens it, or brings it to the front. */
  show(): void {
    if (this.#window === undefined) {
      this.#window = this.#create();
      return;
    }
    if (this.#window.isMinimized()) {
      this.#window.restore();
    }
    this.#window.show();
    this.#window.focus();
  }

  #create(): BrowserWindow {
    const { folder, onReady, onClosed } = this.#order;
    const window = new BrowserWindow({
      width: 440,
      height: 760,
      minWidth: 380,
      minHeight: 560,
      title: 'Mooring',
      icon: join(folder, 'icons', 'app.png'),
      show: false,
      autoHideMenuBar: true,
      // The colour of the page's background, so that nothing flashes.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#f6f7f9',
      webPreferences: {
        preload: join(folder, 'preload.js'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    window.once('ready-to-show', () => window.show());
    window.webContents.on('did-finish-load', () => onReady(window.webContents));
    window.on('closed', () => {
      this.#window = undefined;
      onClosed();
    });
    void window.loadURL(`${ORIGIN}/index.html`);
    return window;
  }
}
