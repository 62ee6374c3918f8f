import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenario } from '../../src-engine/mock-helper/scenarios.ts';
import { tunnelOf } from '../../src-shared/model/profile.ts';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { GOOD, STABLE } from './window/files.ts';
import { FirstRunPage } from './window/first-run-page.ts';
import { HomePage } from './window/home-page.ts';
import { helperComesBack, launchWith, observe, stopHelper } from './window/mock.ts';
import { SHOWN } from './window/scenarios.ts';
import { answered, halted, roamingAfter, unanswered, verifiedAfter } from './window/statuses.ts';

// Home in every state, and what becomes of it when the world changes under it.

const on = onDesktop();

const WIFI = { interface: 'wlan0', address: '192.168.88.20' };
const WIRED = { interface: 'eth0', address: '10.20.0.7' };

async function homeOf(mockHelper: (typeof SHOWN)[number]['scenario']): Promise<HomePage> {
  return HomePage.of(await on.launch({ mockHelper }));
}

/** A Home that has connected, with no roams yet. */
async function connectedHome(): Promise<HomePage> {
  const home = await homeOf('off');
  await home.press('Connect');
  await home.says('Connected');
  await observe(home.app, 'home', verifiedAfter([], WIFI));
  await home.showsDetail('Roams today', /^None/);
  return home;
}

for (const { scenario, title, says, tones, readings, buttons } of SHOWN) {
  test(`Home: ${scenario}`, async () => {
    const home = await homeOf(scenario);
    await home.says(title);
    for (const words of says) await home.reads(words);
    await home.showsTones(...tones);
    assert.deepEqual(await home.readings(), readings);
    for (const age of await home.readingAges()) assert.match(age, /^(just now|\d+ s ago)$/);
    assert.deepEqual(await home.buttons(), buttons);
    assert.equal(await home.address(), STABLE);
    await home.pictures(`home-${scenario}`);
  });
}

test('several profiles: the other one is chosen and is what the page is about', async () => {
  const home = await homeOf('two-profiles');
  await home.says('Connected');
  await home.press('home Profile');
  await home.page.getByRole('option', { name: 'office' }).click();
  await home.says('Not connected');
  await home.press('Connect');
  await home.says('Connected');
  assert.notEqual(await home.address(), STABLE);
});

test('a roam is told while it lasts, then counted with its outage', async () => {
  const home = await connectedHome();
  await observe(home.app, 'home', roamingAfter([], WIRED));
  await home.says('Changing networks');
  await home.showsTones('good', 'doubtful', 'unknown');
  await home.reads('Wired, eth0');
  assert.equal(await home.address(), STABLE);
  await home.pictures('home-live-roam');

  await observe(home.app, 'home', verifiedAfter([137], WIRED));
  await home.says('Connected');
  await home.showsTones('good', 'good', 'good');
  await home.showsDetail('Roams today', /^1 last outage 137 ms, (just now|\d+ s ago)$/);
  await home.showsDetail('Network', /^Wired, eth0 10\.20\.0\.7$/);

  await observe(home.app, 'home', roamingAfter([137], WIFI));
  await home.says('Changing networks');
  await observe(home.app, 'home', verifiedAfter([137, 1420], WIFI));
  await home.says('Connected');
  await home.showsDetail('Roams today', /^2 last outage 1\.4 s, /);
  await home.showsDetail('Network', /^Wi-Fi, wlan0/);
});

test('degraded: which part, and all is well again when it answers', async () => {
  const home = await connectedHome();
  const reachability = { link: answered(8), ethernet: answered(9), internet: unanswered() };
  await observe(home.app, 'home', { reachability });
  await home.says('Connected, not fully');
  await home.showsTones('good', 'good', 'broken');
  await observe(home.app, 'home', { reachability: { ...reachability, ethernet: unanswered() } });
  await home.reads('The hub answers over the link, but not over Ethernet');
  await home.showsTones('good', 'broken', 'unknown');
  await observe(home.app, 'home', verifiedAfter([], WIFI));
  await home.says('Connected');
  assert.deepEqual(await home.readings(), ['8.4 ms', '9.1 ms', '13 ms']);
});

test('what waits for the world says for what, and ends with it', async () => {
  const home = await connectedHome();
  const waits = [
    ['no-network', 'Waiting for a network', 'broken,unknown,unknown'],
    ['name-unresolved', 'Waiting for the hub’s name', 'good,broken,unknown'],
    ['no-answer', 'Waiting for the hub', 'good,broken,unknown'],
    ['captive-portal', 'Waiting for a sign-in', 'doubtful,unknown,unknown'],
  ] as const;
  for (const [cause, title, tones] of waits) {
    await observe(home.app, 'home', halted(cause, `told by the test: ${cause}`));
    await home.says(title);
    await home.reads(`Told by the test: ${cause}.`);
    await home.showsTones(...tones.split(','));
    assert.deepEqual(await home.buttons(), SHOWN[2]?.buttons);
  }
  await observe(home.app, 'home', verifiedAfter([], WIFI));
  await home.says('Connected');
});

test('the address is in use elsewhere: Disconnect, then Connect', async () => {
  const home = await connectedHome();
  const fault = halted('duplicate-identity', 'Another device answers for this address.');
  await observe(home.app, 'home', { ...fault, dad: 'duplicate' });
  await home.says('Address in use elsewhere');
  await home.reads('Disconnect the other one, then connect again.');
  await home.press('Disconnect');
  await home.says('Not connected');
  await home.press('Connect');
  await home.says('Connected');
});

test('the key is missing: its file is imported again, in one path', async () => {
  const home = await connectedHome();
  await observe(home.app, 'home', halted('key-missing', 'no key of this profile is stored'));
  await home.says('Key is missing');
  await home.pictures('home-key-missing');
  await home.press('Import its file again');
  await home.says('Import home again');
  const again = await FirstRunPage.of(home.app);
  await again.editor.fill(GOOD);
  await again.reports(STABLE);
  assert.equal(await again.name.count(), 0, 'the profile keeps its name');
  await home.press('Import again');
  await home.says('Not connected');
  await home.press('Connect');
  await home.says('Connected');
});

test('a helper that dies: what is not known is not said; it comes back by itself', async () => {
  const home = await connectedHome();
  await stopHelper(home.app);
  await home.says('Helper is not running');
  await home.reads('Not known without the helper');
  await home.reads('This needs the helper.');
  await home.showsTones('unknown', 'unknown', 'unknown');
  assert.deepEqual(await home.buttons(), [
    'Copy address',
    'Install the helper',
    'Connect (off)',
    'Ask',
  ]);
  assert.equal(await home.address(), STABLE);
  await home.pictures('home-helper-died');
  await helperComesBack(home.app);
  await home.says('Connected');
  await home.showsTones('good', 'good', 'good');
  await home.hasNoButton('Install the helper');

  await stopHelper(home.app);
  await home.says('Helper is not running');
  await home.press('Install the helper');
  await home.says('Connected');
});

test('a helper of which this account is no operator: it may look, and is told the way', async () => {
  const { profiles, script } = scenario('verified');
  const held = profiles.map(tunnelOf);
  const home = await HomePage.of(await launchWith(on, { access: 'read', held, script }));
  await home.says('Connected');
  await home.reads('only root and the operators of this computer may change tunnels');
  await home.reads('This account may only look.');
  const buttons = ['Copy address', 'Install the helper', 'Disconnect (off)', 'Check now (off)'];
  assert.deepEqual(await home.buttons(), [...buttons, 'Ask']);
  await home.pictures('home-not-authorised');
});

test('a helper of another version: installing it again is the first step', async () => {
  const hello = { protocol: 2, version: '9.0.0', access: 'write', engines: [] };
  const home = await HomePage.of(await launchWith(on, { hello }));
  await home.reads('of versions that do not understand each other');
  assert.deepEqual(await home.buttons(), ['Install the helper']);
});

test('what the helper refuses is said, until it is dismissed', async () => {
  const app = await launchWith(on, { refuse: { set: 'not-authorised' } });
  const add = await FirstRunPage.of(app);
  await add.editor.fill(GOOD);
  await add.reports(STABLE);
  await add.add.click();
  const home = await HomePage.of(app);
  await home.says('Not connected');
  await home.press('Connect');
  const alert = home.page.getByRole('alert');
  await alert.getByText('Could not connect').waitFor();
  assert.match((await alert.textContent()) ?? '', /Refused by the test\./);
  await home.says('Not connected');
  await home.pictures('home-refused');
  await home.press('Dismiss');
  await alert.waitFor({ state: 'detached' });
});

test('the address is copied by its button, and that is said', async () => {
  const home = await homeOf('off');
  await home.press('Copy address');
  await home.reads('Address copied');
  await waitFor(
    'the clipboard',
    () => on.desktop.clipboard(),
    (copied) => copied === STABLE,
  );
});
