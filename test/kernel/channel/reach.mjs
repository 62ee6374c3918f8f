// @ts-check
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join as joinPath } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { join, Mux } from './mux.mjs';
import { PORT_NAME, socketName } from './names.mjs';

/** qemu's arguments for the port; its other end is a socket in the share. @param {string} share */
export const portDevices = (share) => [
  ...['-chardev', `socket,id=channel,path=${joinPath(share, 'channel')},server=on,wait=off`],
  ...['-device', `virtserialport,chardev=channel,name=${PORT_NAME}`],
];

/**
 * What opens streams to the services of a job. `close` is for after the job's end.
 * @typedef {object} Reach
 * @property {(service: string) => import('node:stream').Duplex} open
 * @property {() => void} close
 */

/** @param {string} share @returns {Promise<Reach>} */
export async function overPort(share) {
  const socket = connect(await appeared(joinPath(share, 'channel')));
  const mux = new Mux(socket, socket);
  return { open: (service) => mux.open(service), close: () => socket.destroy() };
}

/** The same where the share holds the sockets. @param {string} share @returns {Promise<Reach>} */
export async function overShare(share) {
  await appeared(joinPath(share, socketName('world')));
  return { open: (service) => connect(joinPath(share, socketName(service))), close: () => {} };
}

/**
 * Makes a socket in `folder` for each service, which everybody may use.
 * @param {string} folder
 * @param {readonly string[]} services
 * @param {(service: string) => import('node:stream').Duplex} open
 * @returns {() => void} what closes them
 */
export function offer(folder, services, open) {
  // The mode is that of the socket's birth; see docs/security.md for why the helper does the same.
  const before = process.umask(0);
  const servers = services.map((service) =>
    createServer((socket) => join(socket, open(service))).listen(
      joinPath(folder, socketName(service)),
    ),
  );
  process.umask(before);
  return () => {
    for (const server of servers) server.close();
  };
}

/**
 * One call of a served world (protocol.ts), which may still be being built. @param {string} call
 * @param {(service: string) => import('node:stream').Duplex} open
 * @returns {Promise<unknown>}
 */
export async function ask(open, call) {
  const stream = open('world');
  stream.write(`${JSON.stringify({ id: 1, call, ask: null })}\n`);
  for await (const line of createInterface({ input: stream })) {
    stream.destroy();
    return JSON.parse(line).answer;
  }
  throw new Error('the world ended before it answered');
}

/** @param {string} path */
async function appeared(path) {
  for (let tries = 0; tries < 600 && !existsSync(path); tries += 1) await setTimeout(50);
  return path;
}
