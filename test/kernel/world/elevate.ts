import { sudoElevation } from '../../../src-main/platform/elevation.ts';

/** Does what the app's buttons do and prints what they get. Arguments: the helper, the user, then the buttons. */
async function main([helperPath = '', uid = '', ...buttons]: readonly string[]): Promise<void> {
  const elevation = sudoElevation({ platform: process.platform, helperPath, uid: Number(uid) });
  for (const button of buttons) {
    const result = await (button === 'install'
      ? elevation.installHelper()
      : elevation.uninstallHelper());
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

void main(process.argv.slice(2));
