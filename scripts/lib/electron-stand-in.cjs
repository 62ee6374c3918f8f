// Plays the part of Electron's own default app (default_app.asar) in an Electron that was taken
// from a packaged product and so has none. It becomes `resources/app/main.js` there.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { app } = require('electron');

/** @param {string[]} argv what follows the program's name */
function parse(argv) {
  const preloads = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    // Playwright hands its own loader over that way.
    if (arg === '-r' || arg === '--require') preloads.push(argv[++i] ?? '');
    else if (!arg.startsWith('-')) return { preloads, entry: path.resolve(arg) };
  }
  return { preloads, entry: undefined };
}

/** @param {string} entry a folder with a package.json, or a file */
function become(entry) {
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
  const manifest = path.join(entry, 'package.json');
  if (fs.existsSync(manifest)) {
    const { name, productName, version, desktopName } = JSON.parse(
      fs.readFileSync(manifest, 'utf8'),
    );
    if (version) app.setVersion(version);
    app.setName(productName ?? name);
    app.setDesktopName(desktopName ?? `${app.getName()}.desktop`);
  }
  if (!app.commandLine.hasSwitch('user-data-dir'))
    app.setPath('userData', path.join(app.getPath('appData'), app.getName()));
  app.setAppPath(fs.statSync(entry).isDirectory() ? entry : path.dirname(entry));
  Module._load(entry, Module, true);
}

const { preloads, entry } = parse(process.argv.slice(1));
if (preloads.length > 0) Module._preloadModules(preloads);
if (entry) become(entry);
else {
  process.stderr.write('Usage: electron APP-FOLDER [ARGUMENT...]\n');
  process.exit(2);
}
