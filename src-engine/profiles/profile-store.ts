import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { namedErrorOf } from '../../src-shared/model/checked.ts';
import { type Profile, profile } from '../../src-shared/model/profile.ts';
import { checkProfileName } from '../../src-shared/model/profile-name.ts';
import { fail, type NamedError, ok, type Result, wrong } from '../../src-shared/model/result.ts';
import { errnoOf, messageOf } from '../helper-client/failure.ts';
import { removeDurably, writeAtomically } from './atomic-file.ts';

export type StoreErrorName =
  | 'bad-name'
  | 'no-such-profile'
  | 'profile-exists'
  | 'profile-damaged'
  | 'profile-io';
export type StoreError = NamedError<StoreErrorName>;

/** A file among the profiles that cannot be read as one; it is left as it is. */
export type Damaged = { readonly name: string; readonly error: StoreError };

export type Profiles = {
  readonly profiles: readonly Profile[];
  readonly damaged: readonly Damaged[];
};

/** Where this user's profiles lie: $XDG_CONFIG_HOME/mooring/profiles. */
export function profilesFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'mooring', 'profiles');
}

/**
 * One JSON file a profile. A damaged file is reported by its name and neither overwritten nor deleted.
 * Errors: `bad-name`, `no-such-profile`, `profile-exists`, `profile-damaged`, `profile-io` (the system's words).
 */
export class ProfileStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All profiles by name, and what is damaged; nothing when there is no folder yet. */
  async list(): Promise<Result<Profiles, StoreError>> {
    let files: string[];
    try {
      files = await readdir(this.#folder);
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? ok({ profiles: [], damaged: [] }) : io(error);
    }
    const profiles: Profile[] = [];
    const damaged: Damaged[] = [];
    const names = files.filter((file) => file.endsWith('.json') && !file.startsWith('.'));
    for (const name of names.map((file) => file.slice(0, -'.json'.length)).sort()) {
      const read = await this.#readFile(name);
      if (read.ok) {
        profiles.push(read.value);
      } else if (read.error.name !== 'no-such-profile') {
        damaged.push({ name, error: read.error });
      }
    }
    return ok({ profiles, damaged });
  }

  async read(name: string): Promise<Result<Profile, StoreError>> {
    const checked = checkProfileName(name);
    return checked.ok ? this.#readFile(name) : fail({ ...checked.error, name: 'bad-name' });
  }

  /** Writes a profile that must not be there yet. */
  async create(value: Profile): Promise<Result<void, StoreError>> {
    return this.#write(value, true);
  }

  /** Writes a profile over the one of its name, unless that one is damaged. */
  async replace(value: Profile): Promise<Result<void, StoreError>> {
    const current = await this.read(value.name);
    const writable = current.ok || current.error.name === 'no-such-profile';
    return writable ? this.#write(value, false) : current;
  }

  async remove(name: string): Promise<Result<void, StoreError>> {
    const current = await this.read(name);
    if (!current.ok) {
      return current;
    }
    try {
      await removeDurably(this.#path(name));
      return ok(undefined);
    } catch (error) {
      return io(error);
    }
  }

  async #readFile(name: string): Promise<Result<Profile, StoreError>> {
    const path = this.#path(name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? noSuchProfile(name) : io(error);
    }
    return readProfile(text, name, path);
  }

  async #write(value: Profile, exclusive: boolean): Promise<Result<void, StoreError>> {
    try {
      const text = `${JSON.stringify(profile.parse(value), null, 2)}\n`;
      await writeAtomically(this.#path(value.name), text, exclusive);
      return ok(undefined);
    } catch (error) {
      return errnoOf(error) === 'EEXIST' ? profileExists(value.name) : io(error);
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

function readProfile(text: string, name: string, path: string): Result<Profile, StoreError> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damagedFile(`${path} is not JSON`);
  }
  const parsed = profile.safeParse(value);
  if (!parsed.success) {
    const { field = 'the whole', message, quoted } = namedErrorOf(parsed.error, value);
    return damagedFile(`${path}: ${field}: ${message}`, quoted);
  }
  return parsed.data.name === name
    ? ok(parsed.data)
    : damagedFile(`${path} is the profile of another name`, parsed.data.name);
}

function damagedFile(message: string, quoted?: string): Result<never, StoreError> {
  return fail({ name: 'profile-damaged', message, ...(quoted === undefined ? {} : { quoted }) });
}

export function noSuchProfile(name: string): Result<never, NamedError<'no-such-profile'>> {
  return wrong('no-such-profile', 'there is no such profile', name);
}

export function profileExists(name: string): Result<never, NamedError<'profile-exists'>> {
  return wrong('profile-exists', 'there is a profile of this name', name);
}

function io(error: unknown): Result<never, StoreError> {
  return fail({ name: 'profile-io', message: messageOf(error) });
}
