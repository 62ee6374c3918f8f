import { contextBridge, ipcRenderer } from 'electron';
import { channelOf, ipcSchema } from '../src-shared/ipc/schema.ts';

// The page gets functions of its own for what the schema names, never Electron's objects: no channel of its
// choice, and no event, which would lead to the sender.

type Listener = (value: unknown) => void;

function member(topic: string, name: string, kind: 'call' | 'feed') {
  const channel = channelOf(topic, name);
  if (kind === 'call') {
    return (...args: unknown[]) => ipcRenderer.invoke(channel, ...args);
  }
  return (listener: Listener) => {
    const hear = (_event: unknown, value: unknown) => listener(value);
    ipcRenderer.on(channel, hear);
    return () => {
      ipcRenderer.removeListener(channel, hear);
    };
  };
}

const ipc = Object.fromEntries(
  Object.entries(ipcSchema).map(([topic, members]) => [
    topic,
    Object.fromEntries(
      Object.entries(members).map(([name, { kind }]) => [name, member(topic, name, kind)]),
    ),
  ]),
);

contextBridge.exposeInMainWorld('ipc', ipc);
