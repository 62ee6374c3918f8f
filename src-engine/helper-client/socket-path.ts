/** Where the helper listens: MOORING_SOCKET, or the place that the packages use. */
export function helperSocketPath(env: NodeJS.ProcessEnv): string {
  return env.MOORING_SOCKET || '/run/mooring/helper.sock';
}
