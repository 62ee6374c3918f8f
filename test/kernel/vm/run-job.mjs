// @ts-check
import { inGuest } from './guest.mjs';
import { inNamespaces, nativeWorks } from './native.mjs';

/**
 * Runs a job where there is a kernel with WireGuard, GRETAP and nftables to be had: the machine's
 * own, else Debian's in a virtual machine. MOORING_KERNEL=native or =guest decides it by hand.
 * @param {import('./job.mjs').Job} job
 */
export async function runJob(job) {
  const wish = process.env.MOORING_KERNEL;
  const native = wish === 'native' || (wish !== 'guest' && (await nativeWorks()));
  return native ? inNamespaces(job) : inGuest(job);
}
