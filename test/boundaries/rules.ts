/**
 * One forbidden direction: files below `from` never import what `never` matches, except where their path
 * matches `except`. A target is a package (`electron`), a module of Node (`node:fs`) or a path in the repository
 * (`src-main/index.ts`, `helpers/internal/link`).
 */
export type Rule = {
  readonly from: string;
  readonly except?: RegExp;
  readonly never: RegExp;
  readonly why: string;
};

const folder = (...names: readonly string[]) => new RegExp(`^(?:${names.join('|')})/`);
const named = (...names: readonly string[]) => new RegExp(`^(?:${names.join('|')})(?:/|$)`);

const ELECTRON = named('electron');
const REACT = named('react', 'react-dom', 'zustand');
const NODE = /^node:/;

export const TYPESCRIPT_RULES: readonly Rule[] = [
  {
    from: 'src-shared',
    never: /^(?!src-shared\/)[a-z-]+\/.*\.(?:[cm]?[jt]sx?|json)$/,
    why: 'it is the leaf that window, main process and command share; whatever it imports, all of them get',
  },
  { from: 'src-shared', never: ELECTRON, why: 'the command has no Electron' },
  { from: 'src-shared', never: NODE, why: 'the window has no Node' },
  { from: 'src-shared', never: REACT, why: 'the main process and the command have no React' },

  { from: 'src-engine', never: ELECTRON, why: 'the command runs it on plain Node' },
  { from: 'src-engine', never: REACT, why: 'the command has no React' },
  {
    from: 'src-engine',
    never: folder('src-main', 'src-renderer', 'src-cli', 'src-hub'),
    why: 'app and command are built on it, not it on them',
  },

  {
    from: 'src-cli',
    never: ELECTRON,
    why: 'it needs no display, and the headless package has no Electron',
  },
  { from: 'src-cli', never: REACT, why: 'it has no window' },
  {
    from: 'src-cli',
    never: folder('src-main', 'src-renderer'),
    why: 'what both need belongs in the engine',
  },

  {
    from: 'src-main',
    never: folder('src-renderer', 'src-cli'),
    why: 'a window is loaded as a page, never as code of the main process',
  },
  {
    from: 'src-main/preload.ts',
    never: /^(?:node:|src-engine\/|src-shared\/(?!ipc\/)|src-main\/)/,
    why: 'it runs in the page and may carry messages only',
  },

  {
    from: 'src-renderer',
    never: ELECTRON,
    why: 'the window sees window.ipc and nothing else of Electron',
  },
  { from: 'src-renderer', never: NODE, why: 'the window has no Node' },
  {
    from: 'src-renderer',
    never: folder('src-engine', 'src-main', 'src-cli', 'src-hub'),
    why: 'the window runs as the user on untrusted input; it asks the main process',
  },
  {
    from: 'src-renderer/ui',
    never: folder('src-renderer/features', 'src-renderer/store', 'src-renderer/app'),
    why: 'a building block that knows a feature can be used by no other',
  },

  {
    from: 'src-hub',
    never: folder('src-main', 'src-renderer', 'src-cli'),
    why: 'the hub kit runs on servers',
  },
  { from: 'src-hub', never: ELECTRON, why: 'the hub kit runs on servers' },

  {
    from: 'src-',
    never: folder('test'),
    why: 'tests look at the product, not the product at tests',
  },
  {
    from: 'src-',
    except: /\.test\.tsx?$|\/testing\//,
    never: /^src-[a-z]+\/testing\//,
    why: 'doubles are for tests',
  },
  {
    from: 'src-',
    except:
      /\.test\.tsx?$|\/testing\/|^src-engine\/mock-helper\/|^src-main\/development-world\.ts$/,
    never: folder('src-engine/mock-helper'),
    why: 'packages leave it out, so nothing that is in them may need it',
  },
  {
    from: 'src-',
    never: folder('protocol', 'packaging', 'assets', 'bench', 'scripts', 'docs'),
    why: 'these are read or run, not imported; the fixtures are read by tests',
  },
];

const OURS = 'helpers/internal';
const internal = (...names: readonly string[]) => named(...names.map((name) => `${OURS}/${name}`));
const OS = named(
  'os/exec',
  'syscall',
  'golang.org/x/sys',
  'golang.org/x/net',
  'github.com/vishvananda',
  'github.com/mdlayher',
  'github.com/google/nftables',
  'golang.zx2c4.com',
);

/** Of files that are no tests. Paths are those of the repository, `helpers/internal/…`. */
export const GO_RULES: readonly Rule[] = [
  {
    from: 'helpers',
    except: /^helpers\/internal\/netnstest\//,
    never: named('os/exec'),
    why: 'the root process runs no programs: nothing in a request can become a command',
  },
  {
    from: 'helpers',
    never: named('plugin', 'net/http'),
    why: 'the root process loads no code and serves nothing but its socket',
  },
  {
    from: `${OURS}/gretap`,
    never: /[.]|^helpers\//,
    why: 'it is a codec: the standard library only, no input or output',
  },
  {
    from: `${OURS}/plan`,
    never: /[.]|^helpers\//,
    why: 'every layer hands its values on, so it knows none of them',
  },
  ...['strictjson', 'netvalue'].map((name) => ({
    from: `${OURS}/${name}`,
    never: /[.]|^helpers\//,
    why: 'it reads text and nothing else: the standard library only',
  })),
  {
    from: `${OURS}/macos`,
    never: internal('server', 'auth', 'proto', 'reconcile', 'link', 'netmon', 'probe', 'datapath'),
    why: 'it puts system calls into words, for those that know what to do with them',
  },
  ...['advertise', 'nat', 'ruleset', 'dump'].map((name) => ({
    from: `${OURS}/${name}`,
    never: internal('server', 'auth', 'proto', 'reconcile', 'hub', 'userspace', 'link'),
    why: 'it is one ability of the system, and knows nobody who uses it',
  })),
  {
    from: `${OURS}/proto`,
    never: internal('server', 'auth', 'reconcile', 'link', 'netmon', 'probe', 'datapath'),
    why: 'the wire format knows neither sockets nor tunnels',
  },
  { from: `${OURS}/proto`, never: OS, why: 'decoding does nothing to the machine' },
  {
    from: `${OURS}/server`,
    never: internal('link', 'netmon', 'probe', 'datapath', 'gretap'),
    why: 'what a request asks for is done by the reconciler, the single writer',
  },
  {
    from: `${OURS}/reconcile`,
    never: internal('server', 'auth', 'link', 'netmon', 'probe', 'datapath'),
    why: 'it reaches the machine through its own interfaces, so that both engines and the tests fit',
  },
  { from: `${OURS}/reconcile`, never: OS, why: 'what it decides holds on every system' },
  ...['link', 'netmon', 'probe'].map((name) => ({
    from: `${OURS}/${name}`,
    never: internal('server', 'auth', 'proto', 'reconcile'),
    why: 'it knows the operating system and not who asks',
  })),
  ...['datapath', 'wireguard'].map((name) => ({
    from: `${OURS}/${name}`,
    never: internal('server', 'auth', 'proto', 'reconcile', 'link', 'userspace', 'hub'),
    why: 'packets pass without knowing who asked for them',
  })),
  {
    from: `${OURS}/udpbind`,
    never: /^helpers\//,
    why: 'it is sockets for wireguard-go, and knows neither what passes nor whose it is',
  },
  {
    from: `${OURS}/userspace`,
    never: internal('server', 'auth', 'proto', 'reconcile', 'hub'),
    why: 'it is one engine behind the interface of the reconciler, as the kernel’s is',
  },
  {
    from: `${OURS}/hub`,
    never: internal('server', 'auth', 'proto', 'reconcile', 'keystore', 'userspace'),
    why: 'a hub is told by its file alone and knows nothing of laptops’ helpers',
  },
  {
    from: 'helpers',
    never: internal('netnstest'),
    why: 'it starts programs, which only tests may',
  },
  {
    from: OURS,
    never: internal('install'),
    why: 'what installs is reached from the command line, never from a request',
  },
  {
    from: 'helpers',
    except: /^helpers\/(?:internal\/install|cmd)\//,
    never: named('github.com/coreos/go-systemd'),
    why: 'what runs is the same under every service manager, and tells none of them what to do',
  },
  {
    from: OURS,
    never: named('helpers/cmd'),
    why: 'programs are made of parts, not parts of programs',
  },
];
