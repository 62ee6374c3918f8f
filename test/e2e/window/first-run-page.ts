import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { App } from '../harness/app.ts';
import { waitFor } from '../harness/wait.ts';

/** The two steps before Home: the helper, then the profile. */
export class FirstRunPage {
  readonly page: Page;
  readonly app: App;

  private constructor(app: App, page: Page) {
    this.app = app;
    this.page = page;
  }

  static async of(app: App): Promise<FirstRunPage> {
    const page = await app.window();
    page.setDefaultTimeout(10_000);
    return new FirstRunPage(app, page);
  }

  get editor() {
    return this.page.getByRole('textbox', { name: 'WireGuard file' });
  }

  get name() {
    return this.page.getByRole('textbox', { name: 'Name' });
  }

  get add() {
    return this.page.getByRole('button', { name: 'Add profile' });
  }

  get report() {
    return this.page.locator('#report');
  }

  /** Until this step is the one under way. */
  async atStep(step: 'Helper' | 'Profile' | 'Connect'): Promise<void> {
    await this.page.locator('[aria-current="step"]', { hasText: step }).waitFor();
  }

  async install(): Promise<void> {
    await this.atStep('Helper');
    await this.page.getByRole('button', { name: 'Install the helper' }).click();
    await this.atStep('Profile');
  }

  /** Until the report says so; it is checked a moment after what was written. */
  async reports(...words: readonly string[]): Promise<void> {
    const report = await waitFor(
      'the report on the file',
      async () => (await this.report.textContent()) ?? '',
      (text) => words.every((word) => text.includes(word)),
    );
    assert.doesNotMatch(report, /undefined|null|\[object/);
  }

  /** The numbers of the lines that are marked. */
  async marked(): Promise<string[]> {
    return this.page.locator('[data-wrong="true"]').allTextContents();
  }

  /** Drops a file on the window, as from a file manager. */
  async drop(fileName: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([name, content]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content], name));
        const init = { dataTransfer, bubbles: true, cancelable: true };
        for (const kind of ['dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(kind, init));
      },
      [fileName, text] as const,
    );
  }

  /** Chooses this file by the button; null closes the dialog without one. */
  async choose(path: string | null): Promise<void> {
    await this.app.electron.evaluate(({ dialog }, path) => {
      const answer = { canceled: path === null, filePaths: path === null ? [] : [path] };
      Object.assign(dialog, { showOpenDialog: async () => answer });
    }, path);
    await this.page.getByRole('button', { name: 'Choose a file…' }).click();
  }

  /** Everything that the page holds of a text: markup, what is written in its fields, what it keeps. */
  async holds(text: string): Promise<boolean> {
    const written = await this.page
      .locator('textarea, input')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
    const kept = await this.page.evaluate(() => JSON.stringify({ ...localStorage }));
    return [await this.page.content(), ...written, kept].some((place) => place.includes(text));
  }
}
