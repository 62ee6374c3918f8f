// The least that can be compared with the app: the same Electron with a tray, and a window when
// asked for one.
const { app, BrowserWindow, Menu, nativeImage, Tray } = require('electron');

const size = 22;
const page = 'data:text/html,<title>Bare tray</title><h1>Bare tray</h1>';
let tray;

function openWindow() {
  const window = new BrowserWindow({
    width: 480,
    height: 320,
    webPreferences: { sandbox: true, contextIsolation: true },
  });
  window.loadURL(page);
}

function menu(quiet) {
  return Menu.buildFromTemplate([
    { label: quiet ? 'Quiet' : 'Loud', click: () => show(!quiet) },
    { label: 'Open', click: openWindow },
    { type: 'separator' },
    { label: 'Quit', click: () => app.quit() },
  ]);
}

function show(quiet) {
  const pixels = Buffer.alloc(size * size * 4, Buffer.of(0x30, quiet ? 0x60 : 0x90, 0xc0, 0xff));
  tray.setImage(nativeImage.createFromBitmap(pixels, { width: size, height: size }));
  tray.setToolTip(quiet ? 'Bare tray, quiet' : 'Bare tray, loud');
  tray.setContextMenu(menu(quiet));
}

app.enableSandbox();
app.on('window-all-closed', () => undefined);
app.whenReady().then(() => {
  tray = new Tray(nativeImage.createEmpty());
  show(true);
});
