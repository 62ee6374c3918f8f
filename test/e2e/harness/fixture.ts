import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { Watcher } from '../tray/watcher.ts';
import { App, type LaunchOptions, resultsFolder } from './app.ts';
import type { Child } from './child.ts';
import { Desktop } from './desktop.ts';

// How a test of the real app is written:
//
//     const on = onDesktop();
//     test('…', async () => {
//       const app = await on.launch({ mockHelper: 'verified' });
//       const page = await app.window();                 // Playwright's Page; app.electron is its app
//       const item = await on.watcher.item();            // the tray icon, as its host has it
//       await item.click('Disconnect');
//       await waitFor('the tooltip', () => item.tooltip, (text) => /Off/.test(text));
//       assert.equal(text(await item.menu()), '…');      // the menu as lines, from tray/menu.ts
//       assert.equal(await on.desktop.clipboard(), '…');
//       await page.emulateMedia({ colorScheme: 'dark' });
//       await app.screenshot('home-dark');
//     });
//
// Each file is bundled and is a process of its own, with a desktop of its own (X display, session
// bus); two run at a time, as an ordinary user, with Chromium's sandbox on. Each app has a new home,
// unless it is told `homeOf` another; what a test leaves running is ended after it, and what that
// said is shown if the test failed. The page's own policy forbids eval: hand Playwright functions,
// not strings.
// `npm test -- e2e [NAME...]` runs the files test/e2e/NAME.test.ts; pictures and logs of the newest
// run are in .cache/e2e.

export interface OnDesktop {
  readonly desktop: Desktop;
  /** The tray's host; there from the start, unless the file said otherwise. */
  readonly watcher: Watcher;
  launch(options?: LaunchOptions): Promise<App>;
  /** Starts any program, as somebody with a new home. */
  run(command: readonly string[]): Child;
}

export interface DesktopOptions {
  /** false: no tray host until a test starts it, as on a plain GNOME. */
  readonly watcher?: boolean;
  /** What the whole file may take. */
  readonly timeoutMs?: number;
}

export function onDesktop(options: DesktopOptions = {}): OnDesktop {
  const { timeoutMs = 180_000 } = options;
  let desktop: Desktop | undefined;
  let watcher: Watcher | undefined;
  let running: (() => Promise<string>)[] = [];

  // With the process ends everything that it started; a hanging test must not hold the others up.
  const watchdog = setTimeout(() => {
    process.stderr.write(`not done after ${timeoutMs / 1000} s\n`);
    process.exit(1);
  }, timeoutMs);
  watchdog.unref();

  before(async () => {
    desktop = await Desktop.start();
    watcher = new Watcher(desktop.busAddress);
    if (options.watcher !== false) await watcher.start();
  });
  afterEach(async (context) => {
    const failed = 'passed' in context && context.passed === false;
    for (const end of running) {
      const log = await end();
      keepLog(context.name, log);
      if (failed) process.stderr.write(`--- what it said ---\n${log}\n---\n`);
    }
    running = [];
    // The next test must not take what has just ended for its own.
    await watcher?.noItem();
  });
  after(async () => {
    await watcher?.stop();
    await desktop?.close();
  });

  return {
    get desktop() {
      if (!desktop) throw new Error('the desktop is not there');
      return desktop;
    },
    get watcher() {
      if (!watcher) throw new Error('the desktop is not there');
      return watcher;
    },
    async launch(launch) {
      const app = await App.launch(this.desktop, launch);
      running.push(async () => {
        await app.quit();
        return app.log;
      });
      return app;
    },
    run(command) {
      const child = this.desktop.run(command, this.desktop.newHome());
      running.push(async () => {
        await child.end();
        return child.log;
      });
      return child;
    },
  };
}

function keepLog(test: string, log: string): void {
  const name = basename(process.argv[1] ?? 'test', '.cjs');
  appendFileSync(join(resultsFolder('logs'), `${name}.log`), `# ${test}\n${log}\n`);
}
