// @ts-check
import { spawn } from 'node:child_process';

/** Every qemu that runs now, to be ended on whatever way this process ends. @type {Set<number>} */
const running = new Set();

function endAll() {
  for (const pid of running) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  }
}
process.on('exit', endAll);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    endAll();
    process.exit(130);
  });
}

/** @typedef {'kvm' | 'tcg,thread=multi'} Accelerator */

/**
 * @typedef {object} Machine
 * @property {Accelerator} accelerator
 * @property {string} vmlinux
 * @property {string} [initrd]
 * @property {number | undefined} [processors] 2 when missing
 * @property {string} [append] more of the kernel's command line
 * @property {string[]} [devices] more of qemu's arguments
 * @property {import('node:child_process').StdioOptions} [stdio]
 */

/**
 * Starts a guest whose ttyS0 (the kernel's messages) goes where `devices` says.
 * @param {Machine} machine
 */
export function qemu({
  accelerator,
  vmlinux,
  initrd,
  append = '',
  processors = 2,
  devices = [],
  stdio,
}) {
  const cpu = accelerator === 'kvm' ? 'host' : 'max';
  const boot =
    'console=ttyS0 panic=-1 oops=panic no_timer_check tsc=reliable mitigations=off audit=0 nokaslr';
  const args = [
    '-nodefaults',
    '-no-user-config',
    '-no-reboot',
    '-display',
    'none',
    '-monitor',
    'none',
  ];
  args.push(
    '-machine',
    'pc,usb=off,hpet=off',
    '-accel',
    accelerator,
    '-cpu',
    cpu,
    '-smp',
    `${processors}`,
    '-m',
    '2048',
  );
  args.push('-kernel', vmlinux, '-append', `${boot} ${append}`);
  if (initrd) args.push('-initrd', initrd);
  const child = spawn('qemu-system-x86_64', [...args, ...devices], { stdio: stdio ?? 'pipe' });
  const { pid } = child;
  if (pid !== undefined) {
    running.add(pid);
    child.once('exit', () => running.delete(pid));
  }
  return child;
}
