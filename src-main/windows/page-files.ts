import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { ORIGIN } from './origin.ts';

/** Nothing but our own files: no inline code, no other origin, no connection, no frame around or inside. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type PageFile = {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** The file of `folder` that a URL of our scheme asks for; anything else, and what is not there, is a 404. */
export async function pageFile(folder: string, url: string): Promise<PageFile> {
  const path = pathOf(folder, url);
  const type = path && TYPES[extname(path)];
  if (path !== undefined && type !== undefined) {
    try {
      return { status: 200, headers: headers(type), body: await readFile(path) };
    } catch {
      // Not there, as far as a page may know.
    }
  }
  return { status: 404, headers: headers('text/plain'), body: Buffer.from('Not found') };
}

function headers(type: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}

function pathOf(folder: string, url: string): string | undefined {
  if (!url.startsWith(`${ORIGIN}/`)) {
    return undefined;
  }
  let wanted: string;
  try {
    wanted = decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
  const path = normalize(join(folder, wanted === '/' ? 'index.html' : wanted));
  return path.startsWith(folder + sep) && !path.includes('\0') ? path : undefined;
}
