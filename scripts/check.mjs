// @ts-check
import { check } from './lib/check.mjs';
import { main } from './lib/progress.mjs';

await main('check', async () => `${await check()} checks passed`);
