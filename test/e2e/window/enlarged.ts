import assert from 'node:assert/strict';
import type { App } from '../harness/app.ts';
import { waitFor } from '../harness/wait.ts';
import { capture } from './capture.ts';

/** Twice as large in the smallest window: no text or button is off to the side, or cut off there. */
export async function fitsEnlarged(app: App, picture: string): Promise<void> {
  const page = await app.window();
  const width = () => page.evaluate(() => innerWidth);
  await zoom(app, 2);
  await waitFor('twice the size', width, (pixels) => pixels <= 190);
  const over = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const sideways = scrollWidth - clientWidth;
    const found = sideways > 0 ? [`the page, by ${sideways} px`] : [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement: parent, textContent: text } = texts.currentNode;
      const unseen =
        parent === null ||
        parent.closest('textarea, [aria-hidden="true"], [data-live-announcer]') !== null ||
        parent.getBoundingClientRect().width <= 1;
      if (unseen) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const { left, right } = range.getBoundingClientRect();
      if (left < 0 || right > clientWidth) found.push(`the text "${text}"`);
    }
    for (const button of document.querySelectorAll('button')) {
      const { left, right } = button.getBoundingClientRect();
      if (left < 0 || right > clientWidth) found.push(`the button ${button.textContent}`);
    }
    return found;
  });
  await capture(app, picture);
  assert.deepEqual(over, [], 'off to the side');
  await zoom(app, 1);
  await waitFor('the usual size', width, (pixels) => pixels > 370);
}

const zoom = (app: App, factor: number) =>
  app.electron.evaluate(({ BrowserWindow }, factor) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.setSize(380, 560);
    window?.webContents.setZoomFactor(factor);
  }, factor);
