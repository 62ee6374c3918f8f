// @ts-check
import { spawn } from 'node:child_process';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isRoot, run, which } from '../../../scripts/lib/exec.mjs';
import { root } from '../../../scripts/lib/paths.mjs';
import { overShare } from '../channel/reach.mjs';
import { image } from './image.mjs';
import { followBoth, withShare } from './job.mjs';

const script = fileURLToPath(new URL('native.sh', import.meta.url));
const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child'];

/** What the world is made of. A version says little: kernels of the same number differ in it. */
const probe = `
ip link add p0 type wireguard
ip link add p1 type gretap local 127.0.0.1 remote 127.0.0.2
ip link add p2 type bridge
ip link add p3 type veth peer name p4
echo 'table ip nat { chain c { type nat hook postrouting priority 100; masquerade; }; }' | nft -f -`;

/** Whether this machine's own kernel and rights are enough; found out by trying. */
export async function nativeWorks() {
  if (!isRoot || !which('ip') || !which('nft') || !which('unshare')) return false;
  try {
    await run('unshare', ['--net', 'sh', '-ec', probe], { timeoutMs: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the job on the machine's own kernel, ten times as fast as under emulation.
 * @param {import('./job.mjs').Job} job
 */
export async function inNamespaces(job) {
  const made = await image();
  return withShare(job, `this machine’s ${release()}`, (share) => {
    const args = [...namespaces, 'sh', script, made.root, share, made.busybox];
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = job.interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn('unshare', args, { cwd: root, stdio });
    return followBoth(child, job, () => overShare(share));
  });
}
