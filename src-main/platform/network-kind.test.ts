import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkKind } from './network-kind.ts';

let sysfs = '';
beforeAll(async () => {
  sysfs = await mkdtemp(join(tmpdir(), 'sysfs-'));
  await mkdir(join(sysfs, 'radio0', 'wireless'), { recursive: true });
  await mkdir(join(sysfs, 'wlp2s0', 'phy80211'), { recursive: true });
  await mkdir(join(sysfs, 'enp3s0'));
});
afterAll(() => rm(sysfs, { recursive: true }));

test.each([
  ['radio0', 'wifi'],
  ['wlp2s0', 'wifi'],
  ['wlan0', 'wifi'],
  ['enp3s0', 'ethernet'],
  ['eth0', 'ethernet'],
  ['wwp0s20u4', 'mobile'],
  ['ppp0', 'mobile'],
  ['tun0', 'other'],
])('%s is %s', (name, kind) => {
  expect(networkKind(name, sysfs)).toBe(kind);
});
