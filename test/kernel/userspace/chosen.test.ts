import assert from 'node:assert/strict';
import { inWorld, test } from '../world/fixture.ts';
import { Mooring } from '../world/mooring.ts';

// Nobody says which engine: the helper finds out what this machine's kernel can.

const fixture = inWorld();

test('a helper that may choose takes the engine that this machine can, and says what the kernel lacks', async () => {
  await fixture.mooring.stopHelper();
  const mooring = await Mooring.start(fixture.world, { engine: 'auto' });
  try {
    await mooring.connect();
    assert.equal((await mooring.status()).engine, 'userspace');
    const { stdout } = await mooring.cli(['helper', 'status']);
    assert.match(stdout, /kernel.*lacks.*(WireGuard|GRETAP)/);
    await mooring.down();
  } finally {
    await mooring.close();
  }
});
