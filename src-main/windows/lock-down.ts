import type { App, Session, WebContents } from 'electron';
import { ORIGIN } from './origin.ts';

/**
 * Takes from every page, whatever becomes of it, what ours never needs: other origins, permissions, navigation,
 * windows, webviews. See docs/security.md.
 */
export function lockDown(app: App, session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((request, answer) => {
    answer({ cancel: !isOurs(request.url) });
  });
  session.on('will-download', (event) => event.preventDefault());
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
}

function lockContents(contents: WebContents): void {
  const prevent = (event: { preventDefault: () => void }) => event.preventDefault();
  contents.on('will-navigate', prevent);
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

// DevTools, which only a build from a checkout opens, load pages of their own scheme.
function isOurs(url: string): boolean {
  return url.startsWith(`${ORIGIN}/`) || url.startsWith('devtools://');
}
