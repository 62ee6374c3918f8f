/** Where the helper listens: MOORING_SOCKET, or the place that the installation on this platform uses. */
export function helperSocketPath(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  return env.MOORING_SOCKET || INSTALLED_SOCKET[platform === 'darwin' ? 'darwin' : 'linux'];
}

const INSTALLED_SOCKET = {
  linux: '/run/mooring/helper.sock',
  darwin: '/private/var/mooring/helper.sock', // /var is a link there
} as const;
