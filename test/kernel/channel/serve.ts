import { spawn } from 'node:child_process';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join as joinPath } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { Mux } from './mux.mjs';
import { PORT_NAME, socketName } from './names.mjs';

export type Services = Readonly<Record<string, (stream: Duplex) => void>>;

/**
 * Offers services to the machine outside: over the serial port where this is a guest, else by sockets in the
 * job's share, which native namespaces have in common with it.
 */
export function serve(services: Services): void {
  const accept = (service: string, stream: Duplex) => {
    const take = services[service];
    if (take === undefined) stream.destroy();
    else take(stream);
  };
  const port = serialPort();
  if (port !== undefined) {
    // The kernel opens a port for one at a time, so reading and writing share it.
    const fd = openSync(port, 'r+');
    // Read by another process: a thread of ours that waits for the port would not let us end.
    const reader = spawn('cat', { stdio: [fd, 'pipe', 'ignore'] });
    process.once('exit', () => reader.kill('SIGKILL'));
    new Mux(reader.stdout as Readable, createWriteStream(port, { fd }), accept);
    return;
  }
  for (const service of Object.keys(services)) {
    const path = joinPath(process.env.GUEST_RESULTS ?? '', socketName(service));
    createServer((socket) => accept(service, socket)).listen(path, () => chmodSync(path, 0o666));
  }
}

/** The device of our port, found by the name that qemu gave it; the console's has none. */
function serialPort(): string | undefined {
  const folder = '/sys/class/virtio-ports';
  const ports = existsSync(folder) ? readdirSync(folder) : [];
  const ours = ports.find((port) => {
    const name = joinPath(folder, port, 'name');
    return existsSync(name) && readFileSync(name, 'utf8').trim() === PORT_NAME;
  });
  return ours === undefined ? undefined : `/dev/${ours}`;
}
