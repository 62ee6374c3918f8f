// @ts-check
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { installed } from '../../../scripts/lib/apt.mjs';
import { CommandError, isRoot, run } from '../../../scripts/lib/exec.mjs';
import { root } from '../../../scripts/lib/paths.mjs';
import { Stop } from '../../../scripts/lib/progress.mjs';
import { overShare } from '../channel/reach.mjs';
import { followBoth, withShare } from './job.mjs';

const script = fileURLToPath(new URL('plain.sh', import.meta.url));
const namespaces = [
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  ...['--mount', '--net', '--pid', '--fork', '--kill-child'],
];

/** What the world and the userspace engine are made of. */
const probe = `
mount -t proc proc /proc
mount -t tmpfs run /run
mkdir /run/netns
ip link add p0 type bridge
ip link add p1 type veth peer name p2
ip tuntap add p3 mode tap
ip netns add n0
ip netns exec n0 true`;

/** Fails with what a person can do when the machine does not let us. */
async function needNamespaces() {
  await installed([
    { program: 'ip', package: 'iproute2' },
    { program: 'unshare', package: 'util-linux' },
  ]);
  try {
    await run('unshare', [...namespaces, 'sh', '-ec', probe], { timeoutMs: 10_000 });
  } catch (error) {
    const said = error instanceof CommandError ? error.message : String(error);
    const way = isRoot
      ? 'a machine or container with CAP_SYS_ADMIN'
      : 'root, or unprivileged user namespaces';
    const tun = `/dev/net/tun${(await mayOpen('/dev/net/tun')) ? '' : OPEN_TO_ALL}`;
    throw new Stop(`The world cannot be made here; it needs ${way}, and ${tun}.\n${said}`);
  }
}

const OPEN_TO_ALL = ', which this user may not open: its mode is usually 0666';

/** False where the file is there and closed to us; a user namespace opens nothing. @param {string} path */
const mayOpen = (path) =>
  access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    ({ code }) => code !== 'EACCES',
  );

/**
 * Runs the job on the machine's own kernel whatever that lacks: neither WireGuard nor GRE, no package that a bare
 * Debian does not have but iproute2, and no root where a user namespace is to be had.
 * @param {import('./job.mjs').Job} job
 */
export async function inPlainNamespaces(job) {
  await needNamespaces();
  return withShare(job, `this machine’s ${release()}, without kernel modules`, (share) => {
    const args = [...namespaces, 'sh', script, share];
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = job.interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn('unshare', args, { cwd: root, stdio });
    return followBoth(child, job, () => overShare(share));
  });
}
