// @ts-check
import { inGuest, prepareGuest } from './guest.mjs';
import { image } from './image.mjs';
import { inNamespaces, nativeWorks } from './native.mjs';

/**
 * Runs a job where there is a kernel with WireGuard, GRETAP and nftables to be had: the machine's
 * own, else Debian's in a virtual machine. MOORING_KERNEL=native or =guest decides it by hand.
 * @param {import('./job.mjs').Job} job
 */
export async function runJob(job) {
  return (await isNative()) ? inNamespaces(job) : inGuest(job);
}

/** Gets all that jobs need, for those who run several at once. */
export async function prepareJobs() {
  await ((await isNative()) ? image() : prepareGuest());
}

async function isNative() {
  const wish = process.env.MOORING_KERNEL;
  return wish === 'native' || (wish !== 'guest' && (await nativeWorks()));
}
