// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot, run, which } from './exec.mjs';
import { Stop, step } from './progress.mjs';

const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };

/** A bare Debian has no package lists at all, so even asking for a version fails there. */
async function needLists() {
  const lists = '/var/lib/apt/lists';
  const known = existsSync(lists) ? readdirSync(lists) : [];
  if (known.some((name) => name.includes('Packages'))) return;
  await asRoot('Fetching the package lists', ['update', '-qq']);
}

/** @param {string} what @param {string[]} args of apt-get */
async function asRoot(what, args) {
  if (!which('apt-get'))
    throw new Stop('This needs a Debian-like system: there is no apt-get here.');
  const sudo = isRoot ? undefined : which('sudo');
  if (!isRoot && !sudo) {
    const lines = args[0] === 'update' ? '' : 'apt-get update && ';
    throw new Stop(`Please run as root, then try again:\n  ${lines}apt-get ${args.join(' ')}`);
  }
  const command = ['env', ...Object.entries(env).map(([k, v]) => `${k}=${v}`), 'apt-get', ...args];
  // sudo asks for its password on the terminal itself.
  if (sudo) await run(sudo, command, { live: true, timeoutMs: 900_000 });
  else await step(what, () => run('env', command.slice(1), { timeoutMs: 900_000 }));
}

/**
 * A Debian package, and what shows that it is there: a program, a library by its soname, or, for
 * fonts and the like, only dpkg's word.
 * @typedef {{ package: string, program?: string, library?: string }} Wanted
 */

/** Ends with the installation that was asked for last. */
let turn = Promise.resolve();

/**
 * Installs what is missing, one after the other, since apt lets nobody else in meanwhile; only for what has to be part of
 * the system. Nothing here may start a daemon on somebody's machine: such things are unpacked (below) instead.
 * @param {Wanted[]} wanted
 */
export function installed(wanted) {
  const done = turn.then(() => install(wanted));
  turn = done.catch(() => {});
  return done;
}

/** @param {Wanted[]} wanted */
async function install(wanted) {
  const libraries = wanted.some((one) => one.library) ? await run('/sbin/ldconfig', ['-p']) : '';
  const missing = [];
  for (const one of wanted) {
    const there = one.program
      ? which(one.program)
      : one.library
        ? libraries.includes(`\t${one.library} `)
        : await dpkgHas(one.package);
    if (!there) missing.push(one.package);
  }
  if (missing.length === 0) return;
  if (!which('apt-get')) throw new Stop(`Please install ${missing.join(', ')}, then try again.`);
  if (isRoot || which('sudo')) await needLists();
  const args = ['install', '-y', '--no-install-recommends', ...(await namedHere(missing))];
  await asRoot(`Installing ${missing.join(', ')}`, args);
}

/** @param {string} name */
async function dpkgHas(name) {
  const state = run('dpkg-query', ['-s', name]);
  return (await state.catch(() => '')).includes('\nStatus: install ok installed\n');
}

/**
 * Debian 13 renamed the libraries that a 64-bit time changed: libgtk-3-0t64.
 * @param {string[]} names
 */
async function namedHere(names) {
  const renamed = (/** @type {string} */ name) => `${name}t64`;
  const known = await candidates(names.filter((name) => name.startsWith('lib')).map(renamed));
  return names.map((name) =>
    known.some((one) => one.startsWith(`${renamed(name)}=`)) ? renamed(name) : name,
  );
}

/** What every Debian has: never unpacked a second time, so that it cannot disagree with itself. */
const base =
  /^(libc6|libgcc-s1|libcrypt1|gcc-\d+-base|debconf|cdebconf|adduser|dpkg|perl.*|init-system-helpers|libpam.*|sysvinit-utils|lsb-base|mount|passwd|linux-base|initramfs-tools|dracut|kmod-udeb|libsystemd0|libstdc\+\+6|zlib1g|login.*)$/;

const closureFlags = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
  (kind) => `--no-${kind}`,
);

/**
 * The packages named and all they need, by apt's own data, first alternative of each.
 * @param {string[]} names
 */
async function closure(names) {
  const found = new Set(names);
  let fresh = names;
  while (fresh.length > 0) {
    const text = await run('apt-cache', ['depends', ...closureFlags, ...fresh], { env });
    fresh = [];
    let alternative = false;
    for (const line of text.split('\n')) {
      const match = /^ ([ |])(?:Pre)?Depends: (\S+)$/.exec(line);
      if (!match?.[2]) continue;
      const second = alternative;
      alternative = match[1] === '|';
      if (second || match[2].startsWith('<') || base.test(match[2]) || found.has(match[2]))
        continue;
      found.add(match[2]);
      fresh.push(match[2]);
    }
  }
  return [...found];
}

/**
 * Candidate versions as `name=version`.
 * @param {string[]} names
 */
async function candidates(names) {
  if (names.length === 0) return [];
  const text = await run('apt-cache', ['policy', ...names], { env });
  const known = [...text.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: ([^\s(]\S*)$/gm)];
  return known.map(([, name, version]) => `${name}=${version}`).sort();
}

/**
 * Finds out which versions of the packages (with all they need) apt would take today.
 * @param {string[]} names
 */
export async function resolve(names) {
  await needLists();
  return candidates(await closure(names));
}

/**
 * Downloads packages without installing them; gives the .deb files.
 * @param {string[]} versions as `resolve` gives them
 * @param {string} dir
 */
export async function download(versions, dir) {
  await mkdir(dir, { recursive: true });
  const flags = ['-qq', '-o', 'APT::Sandbox::User=root', 'download'];
  await step(`Downloading ${versions.length} Debian packages for the test world`, () =>
    run('apt-get', [...flags, ...versions], { cwd: dir, env }),
  );
  return (await readdir(dir))
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(dir, name));
}
