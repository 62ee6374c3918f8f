import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onDesktop } from './harness/fixture.ts';
import { waitFor } from './harness/wait.ts';
import { BAD, type BadFile, GARBAGE, GOOD, PRIVATE_KEY, STABLE } from './window/files.ts';
import { FirstRunPage } from './window/first-run-page.ts';
import { HomePage } from './window/home-page.ts';
import { askedOf, keysOf, launchWith } from './window/mock.ts';

// From a computer without helper and profile to a connection that was verified.

const on = onDesktop();

async function bare(): Promise<FirstRunPage> {
  return FirstRunPage.of(await on.launch({ mockHelper: 'missing' }));
}

/** A file on the disk of the person at the desktop. */
function onDisk(name: string, content: string | Buffer): string {
  const path = join(on.desktop.home, name);
  writeFileSync(path, content);
  return path;
}

async function copyElsewhere({ app }: FirstRunPage, text: string): Promise<void> {
  await app.electron.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text);
}

async function refused(page: FirstRunPage, { line, says }: BadFile): Promise<void> {
  await page.reports(...says);
  assert.deepEqual(await page.marked(), line === null ? [] : [String(line)]);
  assert.equal(await page.add.isDisabled(), true);
  assert.equal(await page.name.count(), 0);
  assert.equal(await page.editor.getAttribute('aria-invalid'), 'true');
}

/** What the profile form does when the button is gone round, as with Enter in a field. */
const submitAnyway = ({ page }: FirstRunPage) =>
  page.locator('form').evaluate((form) => (form as HTMLFormElement).requestSubmit());

test('the helper by its button, a file by pasting it, Connect, the address', async () => {
  const first = await bare();
  const home = await HomePage.of(first.app);
  await home.says('One address, wherever you are');
  assert.deepEqual(await home.buttons(), ['Install the helper']);
  await home.pictures('first-run-helper');
  await first.install();
  await home.says('Add a profile');
  assert.equal(await first.add.isDisabled(), true);
  await home.pictures('first-run-profile');

  await copyElsewhere(first, GOOD);
  await first.editor.focus();
  await first.page.keyboard.press('Control+V');
  await first.reports(STABLE, 'hub.example:23450');
  assert.match(await first.editor.inputValue(), /^PrivateKey = \(hidden key 1\)$/m);
  assert.equal(await first.holds(PRIVATE_KEY), false);
  await home.pictures('first-run-good-file');
  await first.page.keyboard.press('Control+Z');
  await first.page.keyboard.press('Control+Z');
  assert.equal(await first.holds(PRIVATE_KEY), false, 'undoing brings the key back');

  await first.editor.fill(GOOD);
  await first.reports(STABLE);
  assert.equal(await first.name.inputValue(), 'hub');
  await first.name.fill('cabin');
  await first.add.click();
  await first.atStep('Connect');
  await home.says('Not connected');
  assert.deepEqual(await keysOf(first.app), [PRIVATE_KEY]);
  assert.equal(await first.holds(PRIVATE_KEY), false);
  await home.pictures('first-run-connect');

  await home.press('Connect');
  await home.says('Connected');
  await home.showsTones('good', 'good', 'good');
  assert.equal(await first.page.locator('[aria-current="step"]').count(), 0);
  assert.equal(await home.address(), STABLE);
  await home.press('Copy address');
  await waitFor(
    'the clipboard',
    () => on.desktop.clipboard(),
    (copied) => copied === STABLE,
  );
});

test('bad files: each is told by line and field, and makes no profile', async () => {
  const first = await bare();
  await first.install();
  for (const file of BAD) {
    await first.editor.fill(file.text);
    await refused(first, file);
    assert.equal(await first.holds(PRIVATE_KEY), false, file.what);
  }
  await (await HomePage.of(first.app)).pictures('first-run-bad-file');
  await submitAnyway(first);
  await first.drop('program', GARBAGE.toString('utf8'));
  await refused(first, {
    what: 'garbage',
    text: '',
    line: 1,
    says: ['Line 1', 'Expected Field = Value.'],
  });
  await submitAnyway(first);
  await first.atStep('Profile');
  assert.deepEqual(await keysOf(first.app), []);
  assert.ok(!(await askedOf(first.app)).includes('keys.put'));

  // Put right where it is wrong, it is taken at once.
  await first.editor.fill(BAD[0]?.text ?? '');
  await refused(first, BAD[0] as BadFile);
  await first.editor.fill((await first.editor.inputValue()).replace('Endpiont', 'Endpoint'));
  await first.reports(STABLE);
  assert.deepEqual(await first.marked(), []);
  assert.equal(await first.add.isEnabled(), true);
});

test('a private key that is mistyped is told by its line and never quoted', async () => {
  const first = await bare();
  await first.install();
  const wrong = PRIVATE_KEY.slice(0, -2);
  await first.editor.fill(GOOD.replace(PRIVATE_KEY, wrong));
  await first.reports('Line 2, PrivateKey in [Interface]', 'A key is canonical base64');
  assert.ok(!((await first.report.textContent()) ?? '').includes(wrong));
  assert.deepEqual(await first.marked(), ['2']);
  assert.equal(await first.add.isDisabled(), true);
});

test('a file by the button, another by dropping it', async () => {
  const first = await bare();
  await first.install();
  await first.choose(on.desktop.home);
  const alert = first.page.getByRole('alert');
  await alert.getByText('This is a folder.').waitFor();
  await first.choose(onDisk('garbage.conf', GARBAGE));
  await first.reports('Line 1', 'Expected Field = Value.');
  assert.equal(await alert.count(), 0);

  await first.choose(onDisk('Cabin by the sea.conf', GOOD));
  await first.reports(STABLE);
  assert.equal(await first.holds(PRIVATE_KEY), false);
  await first.choose(null);
  await first.reports(STABLE);
  await waitFor(
    'the suggested name',
    () => first.name.inputValue(),
    (name) => name === 'cabin-by-the-sea',
  );
  await first.add.click();
  await first.atStep('Connect');

  const home = await HomePage.of(first.app);
  await home.press('Add a profile');
  await home.says('Add a profile');
  await first.drop('office.conf', GOOD.replace('12:ab:34', '12:ab:35'));
  await first.reports('2001:db8:5a:0:10ab:35ff:fecd:56ef');
  assert.equal(await first.holds(PRIVATE_KEY), false);
  await first.name.fill('cabin-by-the-sea');
  await home.reads('There is a profile of this name already.');
  assert.equal(await first.add.isDisabled(), true);
  await first.name.fill('office');
  await first.add.click();
  await home.says('Not connected');
  assert.match(await home.address(), /10ab:35ff/);
  await home.press('Connect');
  await home.says('Connected');
});

test('a file too long to be one is refused before it is looked at', async () => {
  const first = await bare();
  await first.install();
  const long = `# ${'x'.repeat(70_000)}\n${GOOD}`;
  await first.choose(onDisk('long.conf', long));
  await first.page.getByRole('alert').getByText('too long for a WireGuard file').waitFor();
  await first.drop('long.conf', long);
  await first.reports('too long for a WireGuard file');
  assert.equal(await first.add.isDisabled(), true);
});

test('a helper that does not take the key: the page says so, and no profile is made', async () => {
  const first = await FirstRunPage.of(await launchWith(on, { refuse: { 'keys.put': 'internal' } }));
  await first.editor.fill(GOOD);
  await first.reports(STABLE);
  await first.add.click();
  await first.page.getByRole('alert').getByText('Refused by the test.').waitFor();
  await first.page.getByRole('heading', { level: 1, name: 'Add a profile' }).waitFor();
  assert.equal(await first.add.isEnabled(), true);
});
