import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { answering } from '../json-lines.ts';
import type { Mooring } from '../world/mooring.ts';
import type { World } from '../world/world.ts';
import { join } from './mux.mjs';
import type { WorldCall, WorldCalls } from './protocol.ts';
import { serve } from './serve.ts';

type Answers = {
  [K in WorldCall]: (ask: WorldCalls[K]['ask']) => Promise<WorldCalls[K]['answer']>;
};

/**
 * Lets an app on the machine outside use this world: the helper's socket as `helper`, and the hands on cables and
 * the other places as `world`. Resolves when somebody asks for the end.
 */
export function serveWorld(world: World, mooring: Mooring): Promise<void> {
  return new Promise((resolve) => {
    const answers: Answers = {
      agent: async ({ ns, call, ask }) => (await world.agent(ns)).ask(call, ask as never),
      leave: async (access) => {
        await world.leave(access);
        return null;
      },
      join: (access) => world.join(access),
      file: async () => readFileSync(mooring.profileFile('home'), 'utf8'),
      end: async () => {
        // After the answer is on its way.
        setImmediate(resolve);
        return null;
      },
    };
    serve({
      helper: (stream) => join(stream, connect(mooring.socketPath)),
      world: (stream) => void answering(stream, stream, answers),
    });
  });
}
