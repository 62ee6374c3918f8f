/** A round trip or an outage: `4.2 ms`, `21 ms`, `1.4 s`, `48 s`, `3 min`. */
export function milliseconds(ms: number): string {
  if (ms < 9.95) {
    return `${ms.toFixed(1)} ms`;
  }
  if (ms < 999.5) {
    return `${Math.round(ms)} ms`;
  }
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

/** A span of time in one unit: `48 s`, `3 min`, `2 h`, `4 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) {
    return `${seconds} s`;
  }
  if (seconds < 2 * 3600) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 48 * 3600
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** How long ago an RFC 3339 time was; one in the future, by clocks that differ, is `just now`. */
export function ago(at: string, now: Date): string {
  const ms = now.getTime() - Date.parse(at);
  return ms < 1500 ? 'just now' : `${duration(ms)} ago`;
}

const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** An RFC 3339 time in this machine's zone: `14:02` of today, `24 Nov, 14:02` of another day. */
export function clock(at: string, now: Date): string {
  const time = new Date(at);
  const hours = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  return time.toDateString() === now.toDateString()
    ? hours
    : `${time.getDate()} ${MONTHS[time.getMonth()]}, ${hours}`;
}

const pad = (part: number) => String(part).padStart(2, '0');

/**
 * An IPv6 address in two parts, network and device, for showing it on two lines. The device is its last four
 * groups, or what follows the zeros that were left out.
 */
export function addressParts(address: string): readonly [network: string, device: string] {
  const gap = address.lastIndexOf('::');
  const start = gap === -1 ? 0 : gap + 2;
  const device = address.slice(start).split(':').slice(-4).join(':');
  return [address.slice(0, address.length - device.length), device];
}

/**
 * An error's message, which begins small and ends bare, as a sentence of its own. One of several sentences ends as
 * it was written: perhaps with a command.
 */
export function asSentence(message: string): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?…](?:\s|$)/.test(begun) ? begun : `${begun}.`;
}
