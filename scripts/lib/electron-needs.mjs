// @ts-check
import { installed } from './apt.mjs';

/** What Electron itself links with. @type {import('./apt.mjs').Wanted[]} */
const toRun = [
  { library: 'libgtk-3.so.0', package: 'libgtk-3-0' },
  { library: 'libnss3.so', package: 'libnss3' },
  { library: 'libgbm.so.1', package: 'libgbm1' },
  { library: 'libasound.so.2', package: 'libasound2' },
];

/**
 * A desktop without a screen: display, session bus, clipboard, a panel, and fonts and icons so that
 * its pictures look as GNOME's do.
 * @type {import('./apt.mjs').Wanted[]}
 */
const toTest = [
  { program: 'Xvfb', package: 'xvfb' },
  { program: 'dbus-daemon', package: 'dbus-daemon' },
  { package: 'dbus-session-bus-common' },
  { program: 'xclip', package: 'xclip' },
  { program: 'xfce4-panel', package: 'xfce4-panel' },
  { program: 'import', package: 'imagemagick' },
  { package: 'adwaita-icon-theme' },
  { package: 'librsvg2-common' },
  { package: 'fonts-cantarell' },
];

export const neededToRun = () => installed(toRun);

export const neededToTest = () => installed([...toRun, ...toTest]);
