// @ts-check

/**
 * CommonJS that the oldest Node we support runs as it is.
 * @type {import('esbuild').BuildOptions}
 */
export const forNode = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
};

/**
 * Bundles TypeScript programs.
 * @param {Record<string, string>} entryPoints output name -> source
 * @param {string} outdir
 */
export async function bundle(entryPoints, outdir) {
  // Loaded late: the scripts start before `npm ci` has run.
  const { build } = await import('esbuild');
  await build({ ...forNode, entryPoints, outdir, outExtension: { '.js': '.cjs' } });
}
