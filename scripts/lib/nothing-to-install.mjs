// @ts-check

/**
 * electron-builder's hook: the app in dist/app is bundled, so no npm package is collected, rebuilt or
 * put into the archive beside it.
 */
export const beforeBuild = async () => false;
