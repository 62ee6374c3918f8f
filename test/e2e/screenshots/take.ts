import { test } from 'node:test';
import { onDesktop } from '../harness/fixture.ts';

// The pictures of the README, taken from the real app by `npm run screenshots`.

const on = onDesktop();
const scale = '--force-device-scale-factor=1.5';

const FILE = `[Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
Address = 172.16.0.2/24

[Peer]
PublicKey = VshKmqMNHpnkFyiJVgXQ2oTuNDfYTXwJ1Fc6pSKP4y0=
AllowedIPs = 0.0.0.0/0
Endpoint = hub.example:23450

[Mooring]
MAC = 12:ab:34:cd:56:ef
Prefix = 2001:db8::/64
`;

for (const [name, mockHelper, colorScheme] of [
  ['connected', 'verified', 'light'],
  ['roaming', 'roaming', 'dark'],
] as const) {
  test(name, async () => {
    const app = await on.launch({ mockHelper, args: [scale] });
    const page = await app.window();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await app.screenshot(name);
  });
}

test('first-run', async () => {
  const app = await on.launch({ mockHelper: 'missing', args: [scale] });
  const page = await app.window();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Install the helper' }).click();
  await page.getByRole('textbox', { name: 'WireGuard file' }).fill(FILE);
  await page.getByText('2001:db8::10ab:34ff:fecd:56ef').waitFor();
  await app.screenshot('first-run');
});
