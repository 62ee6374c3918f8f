import { Variant } from '@jellybrick/dbus-next';
import { waitFor } from '../harness/wait.ts';
import type { Bus, Target } from './bus.ts';
import { type Icon, iconOf } from './icon.ts';
import { clickable, find, layout, type MenuItem } from './menu.ts';

const itemInterface = 'org.kde.StatusNotifierItem';
const menuInterface = 'com.canonical.dbusmenu';

export interface Place {
  readonly owner: string;
  readonly path: string;
}

/**
 * A tray icon as its host has it: read once, and again only when the item says that something is
 * new, as real hosts do. What an app changes without saying so is not seen.
 */
export class TrayItem implements Place {
  readonly owner: string;
  readonly path: string;
  /** When it asked to be shown, by `performance.now()`. */
  readonly registeredAt = performance.now();
  readonly #bus: Bus;
  #values: Record<string, unknown> = {};
  #icon: Icon | undefined;
  /** One after the other, so that what was read last is what is newest. */
  #reading: Promise<void> = Promise.resolve();
  #stopListening = () => {};

  private constructor(bus: Bus, { owner, path }: Place) {
    this.#bus = bus;
    this.owner = owner;
    this.path = path;
  }

  static async at(bus: Bus, place: Place): Promise<TrayItem> {
    const item = new TrayItem(bus, place);
    item.#stopListening = await bus.listen(
      `sender='${place.owner}',path='${place.path}'`,
      ({ sender, path }) => sender === place.owner && path === place.path,
      // An item that ends right after saying something new has nothing to say any more.
      () => void item.#readNext().catch(() => undefined),
    );
    await item.#readNext();
    for (const needed of ['Id', 'Status', 'Menu'])
      if (item.#values[needed] === undefined) throw new Error(`it has no ${needed}`);
    return item;
  }

  /** What it says from now on is not heard; what it was stays readable. */
  forget(): void {
    this.#stopListening();
  }

  isAt({ owner, path }: Place): boolean {
    return this.owner === owner && this.path === path;
  }

  get id(): string {
    return String(this.#values.Id);
  }

  get title(): string {
    return String(this.#values.Title ?? '');
  }

  get status(): string {
    return String(this.#values.Status);
  }

  /** The words of the tooltip, title and text in one. */
  get tooltip(): string {
    const [, , title, text] = (this.#values.ToolTip ?? []) as [string, unknown, string, string];
    return [title, text].filter(Boolean).join('\n');
  }

  /** Until the tooltip is as wanted. */
  async says(wanted: RegExp, timeoutMs?: number): Promise<void> {
    await waitFor(
      'the tooltip',
      () => this.tooltip,
      (tooltip) => wanted.test(tooltip),
      timeoutMs,
    );
  }

  /** undefined: none yet, or one that is just being replaced. */
  get icon(): Icon | undefined {
    return this.#icon;
  }

  /** Its icon, once there is one that can be seen. */
  async visibleIcon(timeoutMs = 5000): Promise<Icon> {
    const icon = await waitFor(
      'a visible icon',
      () => this.#icon,
      (seen) => seen && !seen.empty,
      timeoutMs,
    );
    return icon as Icon;
  }

  /** The menu as a host shows it when it is opened now. */
  async menu(): Promise<MenuItem[]> {
    return (await this.#layout()).items;
  }

  /**
   * Clicks the first item whose label begins so; refuses what a person could not click. Like a person
   * it is not so fast that the menu changes under its hand.
   * @returns when the click was made, by the clock that all processes share
   */
  async click(label: string): Promise<number> {
    let last = -1;
    const { items } = await waitFor(
      'a menu that stays as it is',
      async () => {
        const layout = await this.#layout();
        const stays = layout.revision === last;
        last = layout.revision;
        return { ...layout, stays };
      },
      ({ stays }) => stays,
    );
    const { id } = clickable(find(items, label), label);
    const clicked = performance.timeOrigin + performance.now();
    const body = [id, 'clicked', new Variant('i', 0), Math.floor(clicked / 1000)];
    await this.#bus.call(this.#menu, 'Event', 'isvu', body);
    return clicked;
  }

  /** What a click on the icon itself does, where the host does not open the menu instead. */
  async activate(): Promise<void> {
    await this.#bus.call(this.#target, 'Activate', 'ii', [0, 0]);
  }

  get #target(): Target {
    return { destination: this.owner, path: this.path, interface: itemInterface };
  }

  get #menu(): Target {
    return {
      destination: this.owner,
      path: String(this.#values.Menu),
      interface: menuInterface,
    };
  }

  async #layout(): Promise<{ revision: number; items: MenuItem[] }> {
    // Some apps only then fill it; one that does not know the call has nothing to fill.
    await this.#bus.call(this.#menu, 'AboutToShow', 'i', [0]).catch(() => undefined);
    const [revision, root] = await this.#bus.call(this.#menu, 'GetLayout', 'iias', [0, -1, []]);
    return { revision: Number(revision), items: layout(root) };
  }

  #readNext(): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    const target = { ...this.#target, interface: 'org.freedesktop.DBus.Properties' };
    const [values] = await this.#bus.call(target, 'GetAll', 's', [itemInterface]);
    const read = Object.entries(values as Record<string, Variant>);
    this.#values = Object.fromEntries(read.map(([key, { value }]) => [key, value]));
    this.#icon = await iconOf(this.#values);
  }
}
