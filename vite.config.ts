import { defineConfig } from 'vite';

// The window is served from app:// under a policy that allows neither inline code nor data: scripts, so
// everything is a file of its own.
export default defineConfig({
  root: 'src-renderer',
  base: './',
  build: {
    target: 'chrome108',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
