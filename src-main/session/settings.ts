import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { errnoOf, messageOf } from '../../src-engine/helper-client/failure.ts';
import { writeAtomically } from '../../src-engine/profiles/atomic-file.ts';
import { ON_QUIT } from '../../src-shared/ipc/app-state.ts';
import { fail, type NamedError, ok, type Result } from '../../src-shared/model/result.ts';

// A field that is damaged or of a newer version falls back by itself; the others are kept.
const stored = z.object({
  onQuit: z.enum(ON_QUIT).catch('ask'),
  chosen: z.string().nullable().catch(null),
});
export type StoredSettings = z.infer<typeof stored>;

export const DEFAULT_SETTINGS: StoredSettings = { onQuit: 'ask', chosen: null };

/** The app's few settings, one small JSON file. */
export class SettingsFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What is stored; the defaults when nothing is, or nothing that can be read. */
  async read(): Promise<StoredSettings> {
    try {
      return stored.catch(DEFAULT_SETTINGS).parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return DEFAULT_SETTINGS;
    }
  }

  async write(settings: StoredSettings): Promise<Result<void, NamedError>> {
    try {
      await writeAtomically(this.#path, `${JSON.stringify(settings, null, 2)}\n`, false);
      return ok(undefined);
    } catch (error) {
      const name = errnoOf(error) === 'ENOSPC' ? 'disk-full' : 'settings-io';
      return fail({ name, message: `The setting could not be kept: ${messageOf(error)}` });
    }
  }
}
