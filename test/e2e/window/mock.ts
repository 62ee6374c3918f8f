import { dirname } from 'node:path';
import { after } from 'node:test';
import { MockHelper, type MockOptions } from '../../../src-engine/mock-helper/mock-helper.ts';
import type { TunnelStatus } from '../../../src-shared/helper-protocol/status.ts';
import type { App } from '../harness/app.ts';
import type { OnDesktop } from '../harness/fixture.ts';

// What a test does to the mock helper of an app, which lives in the app's main process.

type Mocked = { readonly mooringMock: MockHelper };

/** Lets the helper see that something about a tunnel has changed. */
export const observe = (app: App, name: string, change: Partial<TunnelStatus>) =>
  app.electron.evaluate(
    (_electron, [name, change]) =>
      (globalThis as unknown as Mocked).mooringMock.observe(name, change),
    [name, change] as const,
  );

export const stopHelper = (app: App) =>
  app.electron.evaluate(() => (globalThis as unknown as Mocked).mooringMock.stop());

export const helperComesBack = (app: App) =>
  app.electron.evaluate(() => (globalThis as unknown as Mocked).mooringMock.listenAgain());

/** What was asked of the helper, by method. */
export const askedOf = (app: App) =>
  app.electron.evaluate(() =>
    (globalThis as unknown as Mocked).mooringMock.requests.map(({ method }) => method),
  );

/** The private keys that the helper holds. */
export const keysOf = (app: App) =>
  app.electron.evaluate(() => [...(globalThis as unknown as Mocked).mooringMock.keys.values()]);

/**
 * An app with no profiles and a helper of this process, which can be as no scenario is: one that
 * lets us only look, refuses, or speaks another version.
 */
export async function launchWith(on: OnDesktop, options: MockOptions): Promise<App> {
  const helper = await MockHelper.listen(options);
  after(() => helper.close());
  return on.launch({ args: [`--lab=${dirname(helper.socketPath)}`] });
}
