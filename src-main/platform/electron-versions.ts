import { protocol } from 'electron';
import type { PageFile } from '../windows/page-files.ts';

// What differs between the Electron that is shipped (45) and the older ones that this runs on too (22 is tested).
// Nothing else in src-main knows of it.

/** Serves a scheme. `protocol.handle` came with 25, and what was before is deprecated since. */
export function serveScheme(scheme: string, answer: (url: string) => Promise<PageFile>): void {
  if (typeof protocol.handle === 'function') {
    protocol.handle(scheme, async (request) => {
      const { status, headers, body } = await answer(request.url);
      return new Response(new Uint8Array(body), { status, headers: { ...headers } });
    });
    return;
  }
  protocol.registerBufferProtocol(scheme, (request, respond) => {
    void answer(request.url).then(({ status, headers, body }) => {
      respond({ statusCode: status, headers: { ...headers }, data: body });
    });
  });
}
