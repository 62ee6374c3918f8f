import { type FileError, MAX_FILE_BYTES, type Warning } from '../model/wireguard-lines.ts';

/** The longest text that the window hands over, in characters: twice a file's, whose own error then tells. */
export const MAX_TEXT_CHARACTERS = 2 * MAX_FILE_BYTES;

/**
 * What is to be said of a WireGuard file being written. `text` is the file with each secret replaced by a word
 * that stands for it (the window shows this and holds no key longer than it takes to type one); `name` is what
 * the profile could be called.
 */
export type Checked = {
  readonly text: string;
  readonly suggestedName: string;
  readonly warnings: readonly Warning[];
  readonly outcome:
    | { readonly ok: false; readonly error: FileError }
    | {
        readonly ok: true;
        readonly mac: string | null;
        readonly prefix: string | null;
        /** The address that the laptop will have; null when MAC or prefix are not in the file. */
        readonly address: string | null;
        readonly hub: string;
      };
};
