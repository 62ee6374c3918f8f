import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src-*/**/*.test.{ts,tsx}',
      'test/{contract,boundaries}/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
  },
});
