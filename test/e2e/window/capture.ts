import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, resultsFolder } from '../harness/app.ts';

/** A picture of the window as Electron has it; Playwright's own of an enlarged page are cut off. */
export async function capture(app: App, name: string): Promise<void> {
  const png = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    return (await window?.webContents.capturePage())?.toPNG().toString('base64') ?? '';
  });
  writeFileSync(join(resultsFolder('screenshots'), `${name}.png`), Buffer.from(png, 'base64'));
}
