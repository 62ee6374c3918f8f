import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const views: readonly (readonly [string, ...string[]])[] = [
  ['ip', '-d', 'link'],
  ['ip', '-d', 'addr'],
  ['ip', '-d', '-4', 'route', 'show', 'table', 'all'],
  ['ip', '-d', '-6', 'route', 'show', 'table', 'all'],
  ['ip', '-d', '-4', 'rule'],
  ['ip', '-d', '-6', 'rule'],
  ['nft', 'list', 'ruleset'],
];

/** Takes out what changes by itself: remaining lifetimes, expiry, counters. */
function steady(text: string): string {
  return text
    .replaceAll(/(valid_lft|preferred_lft|expires) \d+sec/g, '$1 …')
    .replaceAll(/packets \d+ bytes \d+/g, 'packets … bytes …')
    .replaceAll(/[ \t]+$/gm, '');
}

const families = ['/proc/sys/net/ipv4', '/proc/sys/net/ipv6'];

/** Every switch of IPv4 and IPv6 and of each link; statistics are no switches. */
function sysctls(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sysctls(path);
    // Secrets and running numbers, which differ at every reading.
    if (/stable_secret|fib_multipath|max_dst_opts|\/cache$|tcp_fastopen_key|flush$/.test(path))
      return [];
    try {
      return [`${path.slice('/proc/sys/'.length)} = ${readFileSync(path, 'utf8').trim()}`];
    } catch {
      return [];
    }
  });
}

/** An address of a link that came up just now changes by itself once more: duplicate address detection takes a second. */
async function settled(): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    const { stdout } = await run('ip', ['-6', 'addr', 'show', 'tentative']);
    if (!stdout.includes('inet6')) return;
    await setTimeout(100);
  }
}

export async function snapshot(): Promise<string> {
  await settled();
  const texts = await Promise.all(
    views.map(async ([command, ...args]) => {
      // Where nft is not there nothing in the world uses it. EACCES: nor may a folder of the PATH be looked into.
      const missing = (error: NodeJS.ErrnoException) => {
        if (command === 'nft' && /^(ENOENT|EACCES)$/.test(error.code ?? '')) return { stdout: '' };
        throw error;
      };
      const options = { maxBuffer: 16 * 1024 * 1024 };
      const { stdout } = await run(command, args, options).catch(missing);
      return `# ${command} ${args.join(' ')}\n${steady(stdout)}`;
    }),
  );
  return [...texts, '# sysctl', ...families.flatMap(sysctls)].join('\n');
}
