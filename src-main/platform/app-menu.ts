import { Menu } from 'electron';

/** The menu bar: hidden on Linux, where it only carries the keys; macOS shows it and needs Edit for copying. */
export function setAppMenu(onQuit: () => void): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: 'Mooring',
        submenu: [
          { label: 'Close window', role: 'close', accelerator: 'CmdOrCtrl+W' },
          { label: 'Quit', accelerator: 'CmdOrCtrl+Q', click: onQuit },
        ],
      },
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }],
      },
    ]),
  );
}
