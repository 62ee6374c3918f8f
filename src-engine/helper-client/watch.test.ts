import { expect, onTestFinished, test } from 'vitest';
import { MockHelper, type MockOptions } from '../mock-helper/mock-helper.ts';
import { exampleTunnel } from '../testing/examples.ts';
import { HelperClient } from './helper-client.ts';
import { HelperWatch } from './watch.ts';

const socketOwner = process.getuid?.() ?? 0;

async function watched(options?: MockOptions) {
  const helper = await MockHelper.listen(options);
  const said: string[] = [];
  const watch = new HelperWatch({ socketPath: helper.socketPath, socketOwner }, (event) => {
    const steps =
      event.kind === 'status' ? event.status.tunnels.map((t) => `${t.name}:${t.step}`) : [];
    said.push(event.kind === 'lost' ? event.reason.name : `[${steps}]`);
  });
  onTestFinished(async () => {
    watch.dispose();
    await helper.close();
  });
  const until = (text: string) => expect.poll(() => said.at(-1), { timeout: 2000 }).toBe(text);
  return { helper, watch, said, until };
}

async function set(helper: MockHelper): Promise<void> {
  const client = new HelperClient({ socketPath: helper.socketPath, socketOwner });
  await client.start();
  await client.set({ desired: { tunnels: [exampleTunnel()] } });
  client.dispose();
}

test('snapshot first, then every change', async () => {
  const { helper, watch, said, until } = await watched();
  watch.start();
  await until('[]');
  await set(helper);
  await until('[home:up]');
  const steps = ['key', 'resolve', 'link', 'tap', 'address', 'verify', 'up'];
  expect(said).toEqual(['[]', ...steps.map((step) => `[home:${step}]`)]);
});

test('a helper that comes late, goes and comes again', async () => {
  const { helper, watch, said, until } = await watched();
  await helper.stop();
  watch.start();
  await until('helper-missing');
  await helper.listenAgain();
  await until('[]');
  await helper.stop();
  await expect.poll(() => said.length).toBeGreaterThan(2);
  await helper.listenAgain();
  await until('[]');
  // Lost is told once for each reason, however many attempts fail.
  expect(said.slice(0, 3)).toEqual(['helper-missing', '[]', 'helper-gone']);
  expect(said.filter((word) => word === 'helper-missing').length).toBeLessThanOrEqual(2);
});

test('a helper of another version is told of, not given up', async () => {
  const { watch, until } = await watched({ hello: { protocol: 7 } });
  watch.start();
  await until('helper-version');
});

test('nothing is told after dispose, and dispose may come before start is through', async () => {
  const { helper, watch, said } = await watched();
  watch.start();
  watch.dispose();
  await set(helper);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said).toEqual([]);
});

test('an attempt may be asked for instead of waited for', async () => {
  const { helper, watch, until } = await watched();
  await helper.stop();
  watch.start();
  await until('helper-missing');
  // By now attempts are seconds apart.
  await new Promise((resolve) => setTimeout(resolve, 1800));
  await helper.listenAgain();
  const since = performance.now();
  watch.retry();
  await until('[]');
  expect(performance.now() - since).toBeLessThan(1000);
  watch.retry();
  expect(helper.requests.filter(({ method }) => method === 'subscribe')).toHaveLength(1);
});
