import { connect } from 'node:net';

/** All that a userspace hub's WireGuard says at its socket for wg(8): wireguard.com/xplatform. */
export async function askWireGuard(): Promise<string> {
  const socket = connect('/var/run/wireguard/wg_vpns.sock').setEncoding('utf8');
  socket.write('get=1\n\n');
  let text = '';
  for await (const part of socket) {
    text += part;
    if (text.endsWith('\n\n')) break;
  }
  return text;
}
