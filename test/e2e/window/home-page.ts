import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { App } from '../harness/app.ts';
import { waitFor } from '../harness/wait.ts';

/** The window's Home, as a person reads it. */
export class HomePage {
  readonly page: Page;
  readonly app: App;

  private constructor(app: App, page: Page) {
    this.app = app;
    this.page = page;
  }

  static async of(app: App): Promise<HomePage> {
    const page = await app.window();
    page.setDefaultTimeout(10_000);
    return new HomePage(app, page);
  }

  /** Until the state is called so. */
  async says(title: string, timeout = 10_000): Promise<void> {
    const heading = this.page.getByRole('heading', { level: 1, name: title, exact: true });
    await heading.waitFor({ timeout });
  }

  /** Until these words are there, in one element. */
  async reads(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).filter({ visible: true }).first().waitFor();
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  async press(name: string): Promise<void> {
    await this.button(name).click();
  }

  /** The buttons in the order of the page, "(off)" behind those that do nothing. */
  buttons(): Promise<string[]> {
    return this.page.getByRole('button').evaluateAll((all) =>
      all.map((button) => {
        const off = button.matches(':disabled, [aria-disabled="true"]');
        const name = button.getAttribute('aria-label') ?? button.textContent ?? '';
        return off ? `${name} (off)` : name;
      }),
    );
  }

  /** The three stretches of the way, from the laptop on. */
  tones(): Promise<string[]> {
    return this.page
      .locator('[data-leg]')
      .evaluateAll((legs) => legs.map((leg) => leg.getAttribute('data-tone') ?? ''));
  }

  async showsTones(...tones: readonly string[]): Promise<void> {
    await waitFor(
      'the tones of the legs',
      () => this.tones(),
      (seen) => seen.join() === tones.join(),
    );
  }

  /** Link, Ethernet, Internet: what each answered, without how long ago. */
  readings(): Promise<string[]> {
    return this.#values('Reachability', 'dd:first-of-type');
  }

  /** How long ago each reading was; nothing where there was none. */
  readingAges(): Promise<string[]> {
    return this.#values('Reachability', 'dd:nth-of-type(2)');
  }

  /** A line of Details: its value and its note. */
  async detail(name: string): Promise<string> {
    const row = this.page
      .getByRole('region', { name: 'Details' })
      .locator('dl > div')
      .filter({ has: this.page.getByText(name, { exact: true }) });
    return (await row.locator('dd').textContent()) ?? '';
  }

  async showsDetail(name: string, wanted: RegExp): Promise<void> {
    await waitFor(
      `the detail ${name}`,
      () => this.detail(name),
      (text) => wanted.test(text),
    );
  }

  /** The stable address as it is written there. */
  async address(): Promise<string> {
    const section = this.page.getByRole('region', { name: 'Stable address' });
    return (await section.locator('p').textContent()) ?? '';
  }

  /** Pictures of the whole page by day and by night. */
  async pictures(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.app.screenshot(`${name}-${colorScheme}`, { fullPage: true });
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
  }

  async hasNoButton(name: string): Promise<void> {
    assert.equal(await this.button(name).count(), 0, `there is a button ${name}`);
  }

  async #values(region: string, selector: string): Promise<string[]> {
    const values = this.page.getByRole('region', { name: region }).locator(selector);
    return (await values.allTextContents()).map((text) => text.trim());
  }
}
