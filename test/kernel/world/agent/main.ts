import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
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

const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, call, ask } = JSON.parse(line) as { id: number; call: keyof Calls; ask: never };
    try {
      answer({ id, answer: await handlers[call](ask) });
    } catch (error) {
      answer({ id, error: error instanceof Error ? error.message : String(error) });
    }
  })
  // The test ended, however it did: nothing of the agent outlives it.
  .on('close', () => process.exit(0));

answer({ ready: process.pid });
