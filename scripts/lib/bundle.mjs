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
 * @param {string[]} [external] packages that have to stay what they are on disk
 */
export async function bundle(entryPoints, outdir, external = []) {
  // Loaded late: the scripts start before `npm ci` has run.
  const { build } = await import('esbuild');
  await build({ ...forNode, entryPoints, outdir, external, outExtension: { '.js': '.cjs' } });
}
