import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { clipboard } from './clipboard.ts';

/** The GNOME of a Debian laptop, as far as an app sees it: the font it calls the system's. */
const gtkSettings = '[Settings]\ngtk-font-name=Cantarell 11\ngtk-icon-theme-name=Adwaita\n';

const session = {
  USER: 'laptop',
  PATH: process.env.PATH,
  TMPDIR: tmpdir(),
  LANG: 'C.UTF-8',
  XDG_CURRENT_DESKTOP: 'GNOME',
  XDG_SESSION_TYPE: 'x11',
  // GTK would start the accessibility bus of the machine.
  NO_AT_BRIDGE: '1',
  ELECTRON_OVERRIDE_DIST_PATH: process.env.ELECTRON_OVERRIDE_DIST_PATH,
};

/**
 * A desktop of one's own without a screen: X display, D-Bus session bus, home. Nothing of the
 * machine's own session is seen from in there, and nothing in there is seen from outside.
 */
export class Desktop {
  /** What a program on this desktop has as its environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly #children: Child[];

  private constructor(home: string, env: NodeJS.ProcessEnv, children: Child[]) {
    this.home = home;
    this.env = env;
    this.#children = children;
  }

  static async start(): Promise<Desktop> {
    const home = mkdtempSync(join(tmpdir(), 'desktop-'));
    const children: Child[] = [];
    try {
      const env: NodeJS.ProcessEnv = { ...session, ...homeEnvironment(home) };
      const screen = ['-screen', '0', '1280x800x24'];
      const display = new Child(
        ['Xvfb', '-displayfd', '3', '-nolisten', 'tcp', '-dpi', '96', ...screen],
        env,
        true,
      );
      children.push(display);
      env.DISPLAY = `:${await display.ready()}`;
      // After the display: what the bus starts by itself has the bus's environment.
      const bus = new Child(
        ['dbus-daemon', '--session', '--nofork', '--print-address=3'],
        env,
        true,
      );
      children.push(bus);
      env.DBUS_SESSION_BUS_ADDRESS = await bus.ready();
      return new Desktop(home, env, children);
    } catch (error) {
      await end(home, children);
      throw error;
    }
  }

  get busAddress(): string {
    return this.env.DBUS_SESSION_BUS_ADDRESS ?? '';
  }

  /** The environment of somebody on this desktop whose home is new: no settings, no profiles. */
  newHome(): NodeJS.ProcessEnv {
    return { ...this.env, ...homeEnvironment(mkdtempSync(join(this.home, 'home-'))) };
  }

  /** Starts a program that is ended together with the desktop. */
  run(command: readonly string[], env = this.env): Child {
    const child = new Child(command, env);
    this.#children.push(child);
    return child;
  }

  /** The text on the clipboard, as another program gets it when it pastes. */
  clipboard(): Promise<string> {
    return clipboard(this.env);
  }

  async close(): Promise<void> {
    await end(this.home, this.#children);
  }
}

/** Makes the folders of a new home. */
function homeEnvironment(home: string): NodeJS.ProcessEnv {
  const folders = {
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_RUNTIME_DIR: join(home, 'run'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(join(folders.XDG_CONFIG_HOME, 'gtk-3.0'));
  writeFileSync(join(folders.XDG_CONFIG_HOME, 'gtk-3.0/settings.ini'), gtkSettings);
  return { ...folders, HOME: home };
}

async function end(home: string, children: Child[]): Promise<void> {
  for (const child of [...children].reverse()) await child.end();
  // What the bus had started ends when the bus does, and may still be writing.
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
