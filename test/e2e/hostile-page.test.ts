import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { onDesktop } from './harness/fixture.ts';

// What a page gets that somebody else has taken over: nothing. Code is run in the page's own world, as injected code
// would be.

const on = onDesktop();

async function hostile(): Promise<Page> {
  const app = await on.launch({ mockHelper: 'verified' });
  const page = await app.window();
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
  return page;
}

/** A server that nothing may reach, and how often something did. */
async function forbidden() {
  let visits = 0;
  const server = createServer((_request, response) => {
    visits += 1;
    response.end('got you');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, visits: () => visits, close: () => server.close() };
}

test('no Node, no Electron, nothing but the functions of the schema', async () => {
  const page = await hostile();
  const found = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron'].filter(
      (name) => name in globalThis,
    ),
  );
  assert.deepEqual(found, []);
  const reached = await page.evaluate(() => {
    const ipc = (globalThis as unknown as { ipc: Record<string, Record<string, unknown>> }).ipc;
    return Object.entries(ipc).map(
      ([topic, members]) => `${topic}: ${Object.keys(members).sort().join(' ')}`,
    );
  });
  assert.deepEqual(reached.sort(), [
    'app: choose dismiss setOnQuit state',
    'helper: install',
    'profile: check discard import open',
    'tunnel: connect copyAddress disconnect probe',
  ]);
});

test('the bridge cannot be changed, and leads to nothing behind it', async () => {
  const page = await hostile();
  const outcome = await page.evaluate(() => {
    const world = globalThis as unknown as { ipc: { tunnel: Record<string, unknown> } };
    try {
      world.ipc.tunnel.connect = () => 'stolen';
    } catch {
      // Frozen, in strict code.
    }
    const { connect } = world.ipc.tunnel as { connect: { constructor: (code: string) => unknown } };
    let node: unknown;
    try {
      node = (connect.constructor as unknown as (code: string) => () => unknown)(
        'return typeof require + typeof process',
      )();
    } catch (error) {
      node = String(error);
    }
    return { stolen: String(world.ipc.tunnel.connect).includes('stolen'), node };
  });
  assert.equal(outcome.stolen, false);
  // The policy forbids code from text altogether.
  assert.match(String(outcome.node), /EvalError|undefinedundefined/);
});

test('unknown channels and malformed arguments are refused by the main process', async () => {
  const page = await hostile();
  const refusals = await page.evaluate(async () => {
    // Any name may be tried, as somebody hostile would.
    type Reached = Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>;
    const { ipc } = globalThis as unknown as { ipc: Reached };
    const tries: [string, string, unknown[]][] = [
      ['tunnel', 'connect', [{ name: 'home' }]],
      ['tunnel', 'connect', []],
      ['tunnel', 'copyAddress', ['home', 'more']],
      ['profile', 'open', ['/etc/passwd']],
      ['profile', 'import', ['x', 'y', true, 'more']],
      ['app', 'setOnQuit', ['explode']],
      ['helper', 'install', ['/tmp/evil']],
    ];
    const said = await Promise.all(
      tries.map(([topic, name, args]) =>
        ipc[topic]?.[name]?.(...args).then(
          () => 'answered',
          (error: Error) => error.message,
        ),
      ),
    );
    return said;
  });
  for (const said of refusals)
    assert.match(String(said), /refused: malformed arguments of mooring:/);
});

test('no network: fetch, sockets, pictures, frames, workers, beacons', async () => {
  const page = await hostile();
  const server = await forbidden();
  try {
    const outcome = await page.evaluate(async (url) => {
      const tries: Record<string, () => Promise<unknown>> = {
        fetch: () => fetch(url),
        noCors: () => fetch(url, { mode: 'no-cors' }),
        socket: () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(url.replace('http', 'ws'));
            socket.onopen = resolve;
            socket.onerror = () => reject(new Error('refused'));
          }),
        picture: () =>
          new Promise((resolve, reject) => {
            const image = new Image();
            image.onload = resolve;
            image.onerror = () => reject(new Error('refused'));
            image.src = url;
          }),
        script: () =>
          new Promise((resolve, reject) => {
            const script = document.createElement('script');
            script.onload = resolve;
            script.onerror = () => reject(new Error('refused'));
            script.src = url;
            document.body.append(script);
          }),
        file: () => fetch('file:///etc/passwd'),
        worker: async () => new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))),
        code: async () => new Function('return 1')(),
      };
      navigator.sendBeacon(url, 'x');
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
      const open = window.open(url);
      const got: string[] = open === null ? [] : ['window.open'];
      for (const [name, attempt] of Object.entries(tries)) {
        try {
          await attempt();
          got.push(name);
        } catch {
          // As it should be.
        }
      }
      return got;
    }, server.url);
    assert.deepEqual(outcome, []);
    assert.equal(server.visits(), 0);
  } finally {
    server.close();
  }
});

test('no navigation, and no inline code', async () => {
  const page = await hostile();
  const server = await forbidden();
  try {
    await page.evaluate((url) => {
      const link = document.createElement('a');
      link.href = url;
      link.textContent = 'out';
      document.body.append(link);
      link.click();
      location.href = url;
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlined = true';
      document.body.append(script);
    }, server.url);
    // Asked of the page itself: Playwright would wait for the navigation that is refused.
    const left = await page.evaluate(() => ({
      place: location.href,
      heading: document.querySelector('h1')?.textContent,
      inlined: 'inlined' in globalThis,
    }));
    assert.deepEqual(left, {
      place: 'app://mooring/index.html',
      heading: 'Connected',
      inlined: false,
    });
    assert.equal(server.visits(), 0);
  } finally {
    server.close();
  }
});

test('every permission is denied', async () => {
  const page = await hostile();
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'];
    const all = await Promise.all(
      names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return all.map(({ state }) => state);
  });
  assert.deepEqual(new Set(states), new Set(['denied']));
});
