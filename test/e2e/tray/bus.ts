import { Message, type MessageBus, MessageType, sessionBus } from '@jellybrick/dbus-next';
import { within } from '../harness/wait.ts';

const daemon = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus' };

/** One object's interface on the bus. */
export interface Target {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
}

/** A connection to a session bus: messages as they are, so that the tests are as strict as a host. */
export class Bus {
  readonly #bus: MessageBus;
  readonly #listeners = new Set<(message: Message) => void>();

  private constructor(bus: MessageBus) {
    this.#bus = bus;
    bus.on('message', (message) => {
      for (const listener of this.#listeners) listener(message);
    });
  }

  static async connect(busAddress: string): Promise<Bus> {
    const bus = sessionBus({ busAddress });
    const connected = new Promise<void>((resolve, reject) => {
      bus.once('connect', resolve);
      (bus as NodeJS.EventEmitter).on('error', reject);
    });
    await within('a connection to the session bus', connected, 5000);
    return new Bus(bus);
  }

  close(): void {
    this.#bus.disconnect();
  }

  async call(
    target: Target,
    member: string,
    signature = '',
    body: unknown[] = [],
  ): Promise<unknown[]> {
    const message = new Message({ ...target, member, signature, body });
    const reply = await within(`${target.interface}.${member}`, this.#bus.call(message), 3000);
    return reply?.body ?? [];
  }

  /** What the bus itself is asked. */
  ask(member: string, signature: string, body: unknown[]): Promise<unknown[]> {
    return this.call({ ...daemon, interface: daemon.destination }, member, signature, body);
  }

  async own(name: string): Promise<void> {
    await this.#bus.requestName(name, 0);
  }

  async disown(name: string): Promise<void> {
    await this.#bus.releaseName(name);
  }

  /** Answers calls; what it gives is sent back, what it throws is sent as an error. */
  answer(handler: (message: Message) => Promise<Answer> | undefined): void {
    this.#bus.addMethodHandler((message) => {
      const answer = handler(message);
      if (!answer) return false;
      answer.then(
        ({ signature, body }) => this.#bus.send(Message.newMethodReturn(message, signature, body)),
        (error: Error) =>
          this.#bus.send(
            Message.newError(message, 'org.freedesktop.DBus.Error.Failed', error.message),
          ),
      );
      return true;
    });
  }

  /**
   * Signals that fit the rule, as `type='signal',…` is written for a bus, and of those the ones that
   * `fits` takes: another listener's rule brings its signals here too.
   * @returns what ends it
   */
  async listen(
    rule: string,
    fits: (message: Message) => boolean,
    heard: (message: Message) => void,
  ): Promise<() => void> {
    const listener = (message: Message) => {
      if (message.type === MessageType.SIGNAL && fits(message)) heard(message);
    };
    this.#listeners.add(listener);
    await this.ask('AddMatch', 's', [`type='signal',${rule}`]);
    return () => this.#listeners.delete(listener);
  }

  emit(path: string, iface: string, member: string, signature = '', body: unknown[] = []): void {
    this.#bus.send(Message.newSignal(path, iface, member, signature, body));
  }
}

export interface Answer {
  readonly signature: string;
  readonly body: unknown[];
}

export const nothing: Answer = { signature: '', body: [] };
