// @ts-check
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed } from '../../../scripts/lib/apt.mjs';
import { overPort, portDevices } from '../channel/reach.mjs';
import { accelerator } from './accelerator.mjs';
import { image } from './image.mjs';
import { initramfs } from './initramfs.mjs';
import { followBoth, withShare } from './job.mjs';
import { qemu } from './qemu.mjs';

/** Gets all that a guest needs, once; later calls find it done. */
export async function prepareGuest() {
  await installed([{ program: 'qemu-system-x86_64', package: 'qemu-system-x86' }]);
  const made = await image();
  return { image: made, accelerator: await accelerator(made.vmlinux) };
}

/** @param {string} id @param {string} path @param {boolean} readonly */
function folder(id, path, readonly) {
  // remap: the machine's files may lie on several file systems with the same inode numbers.
  const fsdev = `local,id=${id},path=${path},security_model=none,multidevs=remap`;
  const device = `virtio-9p-pci,fsdev=${id},mount_tag=${id}`;
  return ['-fsdev', `${fsdev}${readonly ? ',readonly=on' : ''}`, '-device', device];
}

/**
 * Boots a guest, runs the job in it, and waits until both have ended.
 * @param {import('./job.mjs').Job} job
 */
export async function inGuest(job) {
  const { image: made, accelerator: accel } = await prepareGuest();
  const how = accel === 'kvm' ? 'KVM' : 'emulation';
  return withShare(job, `Debian’s ${made.release} under ${how}`, async (share) => {
    const initrd = join(share, 'initrd');
    await writeFile(initrd, await initramfs(made));
    const devices = [
      ...folder('machine', '/', true),
      ...folder('packages', made.root, true),
      ...folder('share', share, false),
      ...['-serial', `file:${join(share, 'kernel.log')}`],
      ...['-device', 'virtio-serial-pci', '-device', 'virtconsole,chardev=job'],
      // signal=off: Ctrl-C belongs to what runs in the guest's terminal.
      ...['-chardev', job.interactive ? 'stdio,id=job,signal=off' : 'stdio,id=job'],
      ...(job.outside ? portDevices(share) : []),
      ...['-device', 'virtio-rng-pci'],
    ];
    const child = qemu({
      accelerator: accel,
      vmlinux: made.vmlinux,
      initrd,
      append: 'quiet loglevel=4',
      processors: job.processors,
      devices,
      stdio: job.interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    return followBoth(child, job, () => overPort(share));
  });
}
