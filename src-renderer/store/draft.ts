import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Checked, MAX_TEXT_CHARACTERS } from '../../src-shared/ipc/import-draft.ts';
import type { WindowIpc } from '../../src-shared/ipc/schema.ts';
import type { NamedError, Result } from '../../src-shared/model/result.ts';
import { fileTooLarge } from '../../src-shared/model/wireguard-lines.ts';

export type DraftState = {
  readonly text: string;
  /** The newest answer. It may be of an older text while `current` is false. */
  readonly checked: Checked | null;
  readonly current: boolean;
  readonly name: string;
  readonly importing: boolean;
  /** Why a file could not be read or the profile not be made. */
  readonly error: NamedError | null;
};

/** A WireGuard file being written, until `leave`. */
export type Draft = {
  readonly store: StoreApi<DraftState>;
  readonly write: (text: string) => void;
  readonly rename: (name: string) => void;
  /** Lets the person choose a file. */
  readonly choose: () => Promise<void>;
  readonly drop: (file: File) => Promise<void>;
  /** Makes the profile and gives its name, or null and an error in the state. */
  readonly submit: () => Promise<string | null>;
  readonly leave: () => void;
};

const PAUSE_MS = 120;

/** `name` is what the profile must be called; null lets the file suggest it. */
export function createDraft(profile: WindowIpc['profile'], name: string | null): Draft {
  const store = createStore<DraftState>()(() => ({
    text: '',
    checked: null,
    current: false,
    name: name ?? '',
    importing: false,
    error: null,
  }));
  let named = name !== null;
  let asked = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const answered = (checked: Checked) => {
    const suggested = named ? {} : { name: checked.suggestedName };
    store.setState({ text: checked.text, checked, current: true, ...suggested });
  };
  // Returns which text is the newest now; answers of older ones are let go.
  const newest = () => {
    clearTimeout(pause);
    asked += 1;
    return asked;
  };
  const check = async (text: string, mine: number) => {
    const checked = await profile.check(text);
    if (mine === asked) {
      answered(checked);
    }
  };
  const write = (text: string) => {
    if (text.length > MAX_TEXT_CHARACTERS) {
      store.setState({ error: fileTooLarge });
      return;
    }
    const mine = newest();
    if (text.trim() === '') {
      store.setState({ text, checked: null, current: false, error: null });
    } else {
      store.setState({ text, current: false, error: null });
      pause = setTimeout(() => void check(text, mine), PAUSE_MS);
    }
  };

  return {
    store,
    write,
    rename: (to) => {
      named = true;
      store.setState({ name: to, error: null });
    },
    choose: async () => {
      const mine = newest();
      const opened = await profile.open();
      if (mine === asked) {
        taken(opened);
      }
    },
    drop: async (file) => {
      if (file.size > MAX_TEXT_CHARACTERS) {
        store.setState({ error: fileTooLarge });
      } else {
        write(await file.text());
      }
    },
    submit: async () => {
      const { checked, current, name: as } = store.getState();
      if (checked === null || !current || !checked.outcome.ok) {
        return null;
      }
      store.setState({ importing: true, error: null });
      const made = await profile.import(as, checked.text, name !== null);
      store.setState(made.ok ? {} : { importing: false, error: made.error });
      return made.ok ? made.value : null;
    },
    leave: () => {
      newest();
      void profile.discard();
    },
  };

  function taken(opened: Result<{ readonly checked: Checked } | null>) {
    if (!opened.ok) {
      store.setState({ error: opened.error });
    } else if (opened.value !== null) {
      store.setState({ error: null });
      answered(opened.value.checked);
    } else {
      const { text } = store.getState();
      write(text);
    }
  }
}
