// @ts-check
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { cache } from '../../../scripts/lib/paths.mjs';
import { say, step } from '../../../scripts/lib/progress.mjs';
import { qemu } from './qemu.mjs';

const probeMs = 10_000;

/**
 * Decided by trying: under some nested hypervisors /dev/kvm looks usable, yet a common kernel never
 * leaves early boot and only burns a core. The answer is kept for the machine.
 * @param {string} vmlinux
 * @returns {Promise<import('./qemu.mjs').Accelerator>}
 */
export async function accelerator(vmlinux) {
  const path = join(cache, 'accelerator.json');
  const machine = `${hostname()} ${release()}`;
  try {
    const kept = JSON.parse(await readFile(path, 'utf8'));
    if (kept.machine === machine) return kept.accelerator;
  } catch {
    // Not tried here before.
  }
  const works = mayUseKvm() && (await step('Trying KVM', () => boots(vmlinux)));
  const answer = works ? 'kvm' : 'tcg,thread=multi';
  say(works ? 'Guests run under KVM.' : 'KVM does not work here: guests run under emulation.');
  await mkdir(cache, { recursive: true });
  await writeFile(path, JSON.stringify({ machine, accelerator: answer }));
  return answer;
}

function mayUseKvm() {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} vmlinux @returns {Promise<boolean>} whether the kernel said anything in time */
function boots(vmlinux) {
  const child = qemu({
    accelerator: 'kvm',
    vmlinux,
    append: 'earlyprintk=ttyS0',
    devices: ['-serial', 'stdio'],
  });
  return new Promise((resolve) => {
    let text = '';
    const end = (/** @type {boolean} */ answer) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), probeMs);
    child.stdout?.on('data', (data) => {
      text += data;
      if (text.includes('Linux version')) end(true);
    });
    child.once('error', () => end(false));
    child.once('exit', () => end(false));
  });
}
