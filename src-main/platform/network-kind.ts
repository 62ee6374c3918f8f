import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkFacts } from '../../src-shared/ipc/app-state.ts';

/**
 * What kind of network an interface is on. The kernel marks Wi-Fi by a folder of its device; where there is none, and for modems,
 * the names tell that systemd and ModemManager give (systemd.net-naming-scheme(7)).
 */
export function networkKind(name: string, sysfs = '/sys/class/net'): NetworkFacts['kind'] {
  const device = join(sysfs, name);
  const radio = existsSync(join(device, 'wireless')) || existsSync(join(device, 'phy80211'));
  if (radio || name.startsWith('wl')) {
    return 'wifi';
  }
  if (/^(?:ww|wwan|ppp|rmnet)/.test(name)) {
    return 'mobile';
  }
  return /^(?:en|eth)/.test(name) ? 'ethernet' : 'other';
}
