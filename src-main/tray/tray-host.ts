import { Message, type MessageBus, MessageType, sessionBus } from '@jellybrick/dbus-next';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const WATCHER_PATH = '/StatusNotifierWatcher';
const BUS = 'org.freedesktop.DBus';

// The watcher comes; or it is there already and its host comes.
const MATCHES = [
  `type='signal',sender='${BUS}',interface='${BUS}',member='NameOwnerChanged',arg0='${WATCHER}'`,
  `type='signal',interface='${WATCHER}',member='StatusNotifierHostRegistered'`,
];

export type HostOrder = {
  /** A tray icon can be made now. Called once. */
  readonly onFound: () => void;
  /** There was none within `patienceMs`; the waiting goes on. Called at most once. */
  readonly onLate: () => void;
  readonly patienceMs: number;
};

/**
 * Waits until this desktop has a place for tray icons: a StatusNotifierWatcher with a host behind it. Electron
 * asks only once, when the tray is made, and a panel may start after us. Without a session bus there is none.
 */
export class TrayHostWait {
  readonly #order: HostOrder;
  #bus: MessageBus | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(order: HostOrder) {
    this.#order = order;
  }

  start(): void {
    this.#patience = setTimeout(this.#order.onLate, this.#order.patienceMs);
    try {
      this.#bus = sessionBus();
    } catch {
      // No address of a bus: nothing will come.
      return;
    }
    // The types leave out what a bus does that goes away: without a listener it would end the app.
    const errors: NodeJS.EventEmitter = this.#bus as never;
    errors.on('error', () => undefined);
    this.#bus.on('message', (message) => {
      if (message.type === MessageType.SIGNAL) {
        void this.#look();
      }
    });
    void this.#listen();
  }

  dispose(): void {
    clearTimeout(this.#patience);
    this.#bus?.disconnect();
    this.#bus = undefined;
  }

  async #listen(): Promise<void> {
    for (const match of MATCHES) {
      await this.#ask(
        { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS },
        'AddMatch',
        [match],
      );
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    const properties = 'org.freedesktop.DBus.Properties';
    const watcher = { destination: WATCHER, path: WATCHER_PATH, interface: properties };
    const there = await this.#ask(watcher, 'Get', [WATCHER, 'IsStatusNotifierHostRegistered']);
    const value = there?.body[0] as { readonly value: unknown } | undefined;
    if (value?.value === true && this.#bus !== undefined) {
      this.dispose();
      this.#order.onFound();
    }
  }

  /** Undefined when the bus or the one asked answers with an error. */
  async #ask(
    to: { readonly destination: string; readonly path: string; readonly interface: string },
    member: string,
    body: readonly string[],
  ): Promise<Message | undefined> {
    const signature = 's'.repeat(body.length);
    // Asking for a watcher must not start one that this desktop does not want.
    const message = new Message({
      ...to,
      member,
      signature,
      body: [...body],
      flags: NO_AUTO_START,
    });
    return (await this.#bus?.call(message).catch(() => null)) ?? undefined;
  }
}

const NO_AUTO_START = 2;
