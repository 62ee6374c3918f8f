import { setTimeout as delay } from 'node:timers/promises';
import { App, noGraphics } from '../../test/e2e/harness/app.ts';
import type { Child } from '../../test/e2e/harness/child.ts';
import type { Desktop } from '../../test/e2e/harness/desktop.ts';
import type { TrayItem } from '../../test/e2e/tray/tray-item.ts';
import type { Watcher } from '../../test/e2e/tray/watcher.ts';
import { type Sample, sample } from '../measure.ts';
import { memoryMiB, readable } from './memory.ts';

const boundMs = 15_000;
/** Until an app has settled. */
const settleMs = 5000;

/** In the page: when it was first painted, by the clock that all processes share. */
function firstPaint(): number | undefined {
  const paint = performance.getEntries().find(({ name }) => name === 'first-paint');
  return paint && performance.timeOrigin + paint.startTime;
}

/** What is measured: the app, or the same Electron with a tray and nothing else. */
export interface Subject {
  readonly folder: string;
  readonly args: readonly string[];
  /** How its menu's item that opens a window begins. */
  readonly open: string;
}

/** Measures on one desktop. */
export class Bench {
  readonly #desktop: Desktop;
  readonly #watcher: Watcher;
  readonly #electron: string;

  constructor(desktop: Desktop, watcher: Watcher, electron: string) {
    this.#desktop = desktop;
    this.#watcher = watcher;
    this.#electron = electron;
  }

  /** From starting the program to its registration with the tray's host. */
  async starts(subject: Subject, rounds: number): Promise<Sample> {
    const result = sample(boundMs);
    for (; result.rounds < rounds; result.rounds++) {
      const since = performance.now();
      await this.#running(subject, async (_, item) => {
        result.ms.push(item.registeredAt - since);
      });
    }
    return result;
  }

  /** MiB of an app whose window was never opened. */
  memoryBefore(subject: Subject): Promise<number> {
    return this.#running(subject, async (app) => {
      await delay(settleMs);
      return memoryMiB(app.process.pid ?? 0);
    });
  }

  /** MiB of an app whose window was opened and closed; Playwright, which closes it, is inside. */
  async memoryAfter(subject: Subject): Promise<number> {
    const args = [readable, ...subject.args];
    const app = await App.launch(this.#desktop, { folder: subject.folder, args });
    try {
      await (await this.#watcher.item()).click(subject.open);
      await app.window();
      await delay(settleMs);
      await app.closeWindow();
      await delay(settleMs);
      return memoryMiB(app.electron.process().pid ?? 0);
    } finally {
      await app.quit();
      await this.#watcher.noItem();
    }
  }

  /** From the click in the tray's menu to the first paint, by the page's own clock. */
  async openings(subject: Subject, rounds: number): Promise<Sample> {
    const result = sample(boundMs);
    const app = await App.launch(this.#desktop, subject);
    try {
      const item = await this.#watcher.item();
      for (; result.rounds < rounds; result.rounds++) {
        const since = await item.click(subject.open);
        const page = await app.window();
        const painted = await page.waitForFunction(firstPaint, undefined, { timeout: boundMs });
        result.ms.push(Number(await painted.jsonValue()) - since);
        await app.closeWindow();
      }
    } finally {
      await app.quit();
      await this.#watcher.noItem();
    }
    return result;
  }

  async #running<T>(
    { folder, args }: Subject,
    work: (app: Child, item: TrayItem) => Promise<T>,
  ): Promise<T> {
    const app = this.#desktop.run([this.#electron, ...noGraphics, readable, folder, ...args]);
    try {
      return await work(app, await this.#watcher.item(boundMs));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${app.log}`);
    } finally {
      await app.end();
      await this.#watcher.noItem();
    }
  }
}
