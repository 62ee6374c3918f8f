import { type Call, channelOf, ipcSchema, type MainHandlers } from '../../src-shared/ipc/schema.ts';

type Handler = (...args: readonly unknown[]) => unknown;

/** What answers each channel, its arguments checked by the schema; bad ones are refused with an error. */
export function checkedCalls(
  handlers: MainHandlers,
): ReadonlyMap<string, (args: readonly unknown[]) => unknown> {
  const checked = new Map<string, (args: readonly unknown[]) => unknown>();
  const byTopic = handlers as Record<string, Record<string, Handler>>;
  for (const [topic, members] of Object.entries(ipcSchema)) {
    for (const [name, member] of Object.entries(members)) {
      const handler = byTopic[topic]?.[name];
      if (member.kind === 'call' && handler !== undefined) {
        const channel = channelOf(topic, name);
        checked.set(channel, (args) => handler(...parameters(channel, member, args)));
      }
    }
  }
  return checked;
}

function parameters(channel: string, call: Call, args: readonly unknown[]): readonly unknown[] {
  const parsed = call.parameters.safeParse(args);
  if (!parsed.success) {
    // Without what was sent: it may be a file with a key.
    throw new Error(`refused: malformed arguments of ${channel}`);
  }
  return parsed.data;
}
