import assert from 'node:assert/strict';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds wrong with the page as it is now, a line each. */
export async function violations(page: Page): Promise<string[]> {
  await inject(page);
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(
      // react-aria repeats a button's name here for some seconds, also when the button is gone.
      { exclude: ['[data-live-announcer]'] },
      { resultTypes: ['violations'] },
    ),
  );
  assert.ok(found.passes.length > 10, 'axe-core has looked at nothing');
  return found.violations.flatMap(lines);
}

function lines({ id, help, nodes }: AxeResults['violations'][number]): string[] {
  return nodes.map(
    ({ target, failureSummary }) => `${id}: ${help} – ${target.join(' ')}\n${failureSummary}`,
  );
}

// Through the debugger, to which the page's policy against code from text does not apply.
async function inject(page: Page): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  try {
    await debug.send('Runtime.evaluate', { expression: axe.source });
  } finally {
    await debug.detach();
  }
}
