import assert from 'node:assert/strict';
import { laptop } from '../world/addresses.ts';
import { inWorld, test } from '../world/fixture.ts';

// The packets go through the helper itself here, so its end is an outage; what matters is that it ends by itself.

const fixture = inWorld({}, async (fixture) => {
  await (await fixture.agent('laptop')).ask('listen', { host: '::', port: 7 });
  await fixture.mooring.connect();
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a TCP session outlives ${signal} and the next start of the helper`, async () => {
    const outside = await fixture.agent('internet');
    const target = { host: laptop.stable, port: 7, timeoutMs: 5000 };
    await outside.ask('streamStart', { name: 'session', ...target });
    await fixture.mooring.stopHelper(signal);
    await fixture.mooring.startHelper();
    const again = await outside.ask('until', { ...target, everyMs: 50, withinMs: 15_000 });
    assert.ok(again.ok, again.error);
    const session = await outside.ask('streamStop', { name: 'session', settleMs: 30_000 });
    assert.equal(session.error, undefined);
    assert.equal(session.lost, 0);
  });
}
