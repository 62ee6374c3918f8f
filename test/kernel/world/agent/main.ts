import { execFile } from 'node:child_process';
import { answering } from '../../json-lines.ts';
import { killWhen } from './kill-when.ts';
import { type Calls, type Handlers, now } from './protocol.ts';
import { snapshot } from './snapshot.ts';
import { connect, listen, Stream, until } from './tcp.ts';
import { whenAddress } from './when-address.ts';

const streams = new Map<string, Stream>();

const handlers: Handlers = {
  listen,
  connect,
  until,
  streamStart: async (ask) => {
    streams.set(ask.name, await Stream.start(ask));
    return {};
  },
  streamStop: async ({ name, settleMs }) => {
    const stream = streams.get(name);
    if (!stream) throw new Error(`there is no stream ${name}`);
    streams.delete(name);
    return stream.stop(settleMs);
  },
  snapshot: async () => ({ text: await snapshot() }),
  sh: ({ script, timeoutMs = 20_000 }) => shell(script, timeoutMs),
  killWhen,
  whenAddress,
  now: async () => ({ at: now() }),
};

function shell(script: string, timeout: number): Promise<Calls['sh']['answer']> {
  return new Promise((resolve) => {
    execFile('sh', ['-ec', script], { timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 137;
      resolve({ status, stdout, stderr });
    });
  });
}

answering(process.stdin, process.stdout, handlers)
  // The test ended, however it did: nothing of the agent outlives it.
  .on('close', () => process.exit(0));

process.stdout.write(`${JSON.stringify({ ready: process.pid })}\n`);
