import { type Message, Variant } from '@jellybrick/dbus-next';
import { waitFor } from '../harness/wait.ts';
import { type Answer, Bus, nothing } from './bus.ts';
import { TrayItem } from './tray-item.ts';

const name = 'org.kde.StatusNotifierWatcher';
const path = '/StatusNotifierWatcher';
const properties = 'org.freedesktop.DBus.Properties';
/** What GNOME's extension takes for a bus name, letter by letter. */
const busName = /([a-zA-Z0-9._-]+\.[a-zA-Z0-9.-]+)|(:[0-9]+\.[0-9]+)$/;

/**
 * The host of tray icons, as strict as the one of GNOME's AppIndicator extension: an argument that
 * neither begins with a slash nor names somebody on the bus is refused, and so is an item that does
 * not answer. (Electron 43.4.1 and 44.0.0 registered as "name/StatusNotifierItem/1": no icon.)
 */
export class Watcher {
  readonly #busAddress: string;
  #bus: Bus | undefined;
  #items: TrayItem[] = [];
  /** Clients that are gone; a bus gives no name twice. */
  readonly #departed = new Set<string>();
  #refused: string[] = [];
  #hasHost = true;

  constructor(busAddress: string) {
    this.#busAddress = busAddress;
  }

  get items(): readonly TrayItem[] {
    return this.#items;
  }

  /** Registrations that were refused, each with its reason. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  /** The one item, once it is there. */
  async item(timeoutMs = 10_000): Promise<TrayItem> {
    const { items } = await waitFor(
      'a tray item',
      () => ({ items: this.#items, refused: this.#refused }),
      ({ items }) => items.length > 0,
      timeoutMs,
    );
    const [item, ...others] = items;
    if (!item || others.length > 0) throw new Error(`there are ${items.length} tray items`);
    return item;
  }

  async noItem(timeoutMs = 5000): Promise<void> {
    await waitFor(
      'no tray item',
      () => this.#items.length,
      (count) => count === 0,
      timeoutMs,
    );
  }

  /** @param host false: the list of items is there, but nobody who draws them, until `hostComes` */
  async start({ host = true } = {}): Promise<void> {
    const bus = await Bus.connect(this.#busAddress);
    this.#hasHost = host;
    this.#bus = bus;
    bus.answer((message) => this.#answer(bus, message));
    await bus.listen(
      "member='NameOwnerChanged'",
      ({ member, body }) => member === 'NameOwnerChanged' && body[2] === '',
      ({ body }) => {
        this.#departed.add(String(body[0]));
        this.#drop(({ owner }) => owner === body[0]);
      },
    );
    await bus.own(name);
    if (host) this.hostComes();
  }

  hostComes(): void {
    this.#hasHost = true;
    this.#bus?.emit(path, name, 'StatusNotifierHostRegistered');
  }

  /** As when GNOME's extension is switched off, or crashes: name and knowledge are gone. */
  async stop(): Promise<void> {
    const bus = this.#bus;
    this.#bus = undefined;
    this.#drop(() => true);
    this.#refused = [];
    await bus?.disown(name);
    bus?.close();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #answer(bus: Bus, message: Message): Promise<Answer> | undefined {
    if (message.path !== path) return undefined;
    if (message.interface === properties) return this.#property(message);
    if (message.interface !== name) return undefined;
    if (message.member === 'RegisterStatusNotifierHost') return Promise.resolve(nothing);
    if (message.member !== 'RegisterStatusNotifierItem') return undefined;
    return this.#register(bus, message.sender, String(message.body[0]));
  }

  async #property({ member, body }: Message): Promise<Answer> {
    const all: Record<string, Variant> = {
      RegisteredStatusNotifierItems: new Variant(
        'as',
        this.#items.map(({ owner, path }) => owner + path),
      ),
      IsStatusNotifierHostRegistered: new Variant('b', this.#hasHost),
      ProtocolVersion: new Variant('i', 0),
    };
    if (member === 'GetAll') return { signature: 'a{sv}', body: [all] };
    const value = all[String(body[1])];
    if (member !== 'Get' || !value) throw new Error(`no property ${member} ${body[1]}`);
    return { signature: 'v', body: [value] };
  }

  async #register(bus: Bus, sender: string, service: string): Promise<Answer> {
    try {
      const item = await TrayItem.at(bus, await place(bus, sender, service));
      if (this.#departed.has(item.owner)) throw new Error('it left while it was being asked');
      // It may have registered twice.
      this.#drop((one) => one.isAt(item));
      if (bus === this.#bus) this.#items.push(item);
      bus.emit(path, name, 'StatusNotifierItemRegistered', 's', [item.owner + item.path]);
      return nothing;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#refused.push(`${service}: ${why}`);
      throw error;
    }
  }

  #drop(gone: (item: TrayItem) => boolean): void {
    for (const item of this.#items.filter(gone)) item.forget();
    this.#items = this.#items.filter((item) => !gone(item));
  }
}

async function place(bus: Bus, sender: string, service: string) {
  if (service.startsWith('/')) return { owner: sender, path: service };
  if (!busName.test(service)) throw new Error('neither a path nor the name of a bus client');
  // Fails for a name that nobody has, "name/with/a/path" among them.
  const [owner] = await bus.ask('GetNameOwner', 's', [service]);
  return { owner: String(owner), path: '/StatusNotifierItem' };
}
