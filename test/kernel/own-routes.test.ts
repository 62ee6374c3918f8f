import assert from 'node:assert/strict';
import { hub, internet } from './world/addresses.ts';
import type { Agent } from './world/agent-client.ts';
import { inWorld, test } from './world/fixture.ts';

// The laptop's own traffic is left alone: its routes and rules are the same before, during and
// after, and what it opens itself goes where it went.

let inside: Agent;
const fixture = inWorld({}, async (fixture) => {
  inside = await fixture.agent('laptop');
  await (await fixture.agent('internet')).ask('listen', { host: '::', port: 8 });
});

const isOurs = (line: string) => /\bdev (mwg0|mtap0)\b/.test(line);

interface Routing {
  readonly routes: string[];
  readonly rules: string[];
}

async function routing(): Promise<Routing> {
  const routes = await inside.sh('ip -4 route show table main; ip -6 route show table main');
  const rules = await inside.sh('ip -4 rule; ip -6 rule');
  const lines = (text: string) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim());
  return { routes: lines(routes), rules: lines(rules) };
}

test('routes and rules stay as they are while connected, and ours are few', async () => {
  const before = await routing();
  await fixture.mooring.connect();
  const during = await routing();

  const others = during.routes.filter((line) => !isOurs(line));
  assert.deepEqual(others, before.routes, 'a route that is not ours changed');
  const ours = during.routes.filter(isOurs);
  for (const line of ours) {
    const expected = new RegExp(
      `^(${hub.tunnel4.replaceAll('.', '\\.')} |fe80::/64 |fd[0-9a-f:]+ )`,
    );
    assert.match(line, expected, 'more of ours than the hub and the link’s own');
  }
  const isOurRule = (line: string) => /^47[5-9]\d:/.test(line);
  assert.deepEqual(
    during.rules.filter((line) => !isOurRule(line)),
    before.rules,
  );

  await fixture.mooring.down();
  assert.deepEqual(await routing(), before);
});

test('a connection of the laptop’s own leaves by the Wi-Fi while connected', async () => {
  await fixture.mooring.up();
  const received = async () =>
    (await fixture.world.hub.peer(fixture.world.keys.laptop.publicKey)).received;
  const before = await received();
  const ask = { host: internet.v4, port: 8, timeoutMs: 3000 };
  for (let i = 0; i < 20; i++) assert.ok((await inside.ask('connect', ask)).ok);
  // Twenty connections are some 6 KiB; the helper's own probes are a few hundred bytes.
  const carried = (await received()) - before;
  assert.ok(carried < 3000, `the tunnel carried ${carried} bytes`);
  await fixture.mooring.down();
});
