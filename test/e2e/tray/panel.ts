import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resultsFolder } from '../harness/app.ts';
import type { Child } from '../harness/child.ts';
import type { Desktop } from '../harness/desktop.ts';
import { waitFor } from '../harness/wait.ts';
import { Bus } from './bus.ts';

const execute = promisify(execFile);
const watcher = 'org.kde.StatusNotifierWatcher';

/** A panel along the upper edge with nothing in it but the tray. */
const config = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="36"/>
      <property name="icon-size" type="uint" value="24"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="icon-size" type="int" value="24"/>
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`;

/** xfce4-panel with its tray: a host that somebody else wrote, and that draws. */
export class Panel {
  readonly #desktop: Desktop;
  readonly #process: Child;

  private constructor(desktop: Desktop, process: Child) {
    this.#desktop = desktop;
    this.#process = process;
  }

  /** @param desktop one on which no other tray host runs */
  static async start(desktop: Desktop): Promise<Panel> {
    const folder = join(desktop.home, '.config/xfce4/xfconf/xfce-perchannel-xml');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'xfce4-panel.xml'), config);
    const panel = new Panel(
      desktop,
      desktop.run(['xfce4-panel', '--disable-wm-check', '--sm-client-disable']),
    );
    try {
      await panel.#ready();
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${panel.#process.log}`);
    }
    return panel;
  }

  /** How many icons the panel has taken. */
  async icons(): Promise<number> {
    return this.#onBus(async (bus) => {
      const target = {
        destination: watcher,
        path: '/StatusNotifierWatcher',
        interface: 'org.freedesktop.DBus.Properties',
      };
      const asked = [watcher, 'RegisteredStatusNotifierItems'];
      const [items] = await bus.call(target, 'Get', 'ss', asked);
      return ((items as { value: string[] }).value ?? []).length;
    });
  }

  /** A picture of the whole screen, kept as the app's own are. */
  async screenshot(name: string): Promise<string> {
    const path = join(resultsFolder('screenshots'), `${name}.png`);
    const { env } = this.#desktop;
    await execute('import', ['-window', 'root', '-depth', '8', `PNG32:${path}`], {
      env,
      timeout: 10_000,
    });
    return path;
  }

  async #ready(): Promise<void> {
    await this.#onBus((bus) =>
      waitFor(
        'the tray of xfce4-panel',
        async () => (await bus.ask('NameHasOwner', 's', [watcher]))[0],
        (has) => has === true,
        10_000,
      ),
    );
  }

  async #onBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
    const bus = await Bus.connect(this.#desktop.busAddress);
    try {
      return await work(bus);
    } finally {
      bus.close();
    }
  }
}
