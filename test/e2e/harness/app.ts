import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core';
import type { Desktop } from './desktop.ts';
import { waitFor, within } from './wait.ts';

export type Scenario =
  | 'off'
  | 'connecting'
  | 'verified'
  | 'roaming'
  | 'degraded'
  | 'waiting'
  | 'failed'
  | 'duplicate'
  | 'missing'
  | 'two-profiles';

export interface LaunchOptions {
  /** Without it the app looks for the machine's real helper. */
  readonly mockHelper?: Scenario;
  readonly args?: readonly string[];
  /** An app whose home, with all that it remembers, this one shall have; otherwise it is new. */
  readonly homeOf?: App;
  /** Another app than the one that `npm run build` leaves. */
  readonly folder?: string;
}

/** The machines that run this have no graphics; with them on, the app ends after 15 seconds. */
export const noGraphics = ['--disable-gpu', '--disable-software-rasterizer'] as const;

export function appFolder(): string {
  const folder = process.env.MOORING_E2E_APP;
  if (!folder) throw new Error('run this with npm test -- e2e');
  return folder;
}

/** The running app, driven by Playwright. What Electron gives it nothing of (the tray) is in ../tray. */
export class App {
  readonly electron: ElectronApplication;
  /** The environment that it was started with: HOME and where its files are. */
  readonly env: NodeJS.ProcessEnv;
  readonly #desktop: Desktop;
  readonly #args: readonly string[];
  #log = '';
  #closed = false;

  private constructor(
    app: ElectronApplication,
    desktop: Desktop,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    this.electron = app;
    this.#desktop = desktop;
    this.#args = args;
    this.env = env;
    const child = app.process();
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    app.on('window', (page) =>
      page.on('console', (message) => {
        this.#log += `[window] ${message.type()}: ${message.text()}\n`;
      }),
    );
    app.once('close', () => {
      this.#closed = true;
    });
  }

  static async launch(desktop: Desktop, options: LaunchOptions = {}): Promise<App> {
    const mock = options.mockHelper === undefined ? [] : [`--mock-helper=${options.mockHelper}`];
    const folder = options.folder ?? appFolder();
    const args = [...noGraphics, folder, ...mock, ...(options.args ?? [])];
    const env = options.homeOf?.env ?? desktop.newHome();
    const app = await electron.launch({
      args,
      cwd: env.HOME ?? '',
      env: defined(env),
      chromiumSandbox: true,
      timeout: 20_000,
    });
    return new App(app, desktop, args, env);
  }

  /** Starts it a second time, as from the desktop's menu; gives the second one's exit status. */
  async launchAgain(): Promise<number | null> {
    const program = join(this.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron');
    const second = this.#desktop.run([program, ...this.#args], this.env);
    try {
      return await second.exit();
    } finally {
      await second.end();
      this.#log += `[second launch] ${second.log}\n`;
    }
  }

  /** What the app wrote on its standard output and error, and its windows to their console. */
  get log(): string {
    return this.#log;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get windows(): readonly Page[] {
    return this.electron.windows();
  }

  /** The window, once there is one with its page loaded. */
  async window(timeoutMs = 10_000): Promise<Page> {
    const windows = await waitFor(
      'a window',
      () => this.electron.windows(),
      (all) => all.length > 0,
      timeoutMs,
    );
    const page = windows[0] as Page;
    await page.waitForLoadState('load', { timeout: timeoutMs });
    return page;
  }

  async noWindow(timeoutMs = 5000): Promise<void> {
    await waitFor(
      'no window',
      () => this.electron.windows().length,
      (count) => count === 0,
      timeoutMs,
    );
  }

  /** As a person's click on the window's cross. */
  async closeWindow(): Promise<void> {
    const handle = await this.electron.browserWindow(await this.window());
    await handle.evaluate((window) => window.close());
    await this.noWindow();
  }

  /** Keeps a picture of the window; all are in .cache/e2e/screenshots after the run. */
  async screenshot(name: string, { fullPage = false } = {}): Promise<string> {
    const path = join(resultsFolder('screenshots'), `${name}.png`);
    const page = await this.window();
    await page.screenshot({ path, fullPage, animations: 'disabled', timeout: 10_000 });
    return path;
  }

  /** Until the app has ended by itself, for example after Quit was clicked. */
  async ended(timeoutMs = 5000): Promise<void> {
    await waitFor(
      'the end of the app',
      () => this.#closed,
      (closed) => closed,
      timeoutMs,
    );
  }

  /** Ends the app from outside, whatever it would ask; by force when it does not. */
  async quit(): Promise<void> {
    if (this.#closed) return;
    const child = this.electron.process();
    // Playwright's own close waits for app.quit(), which an app may answer with a question.
    const asked = this.electron.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
    try {
      await within('the end of the app', Promise.all([asked, this.ended()]), 6000);
    } catch {
      child.kill('SIGKILL');
      await this.ended();
    }
  }
}

/** A folder whose files are kept after the run. */
export function resultsFolder(name: string): string {
  const folder = join(process.env.MOORING_E2E_RESULTS ?? '', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(set);
}
