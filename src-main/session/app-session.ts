import { HelperClient, type HelperOptions } from '../../src-engine/helper-client/helper-client.ts';
import { type HelperEvent, HelperWatch } from '../../src-engine/helper-client/watch.ts';
import { importProfile } from '../../src-engine/profiles/import-profile.ts';
import type { ProfileStore } from '../../src-engine/profiles/profile-store.ts';
import {
  bringUp,
  keepLearnedPrefixes,
  takeDown,
  withLearnedPrefixes,
} from '../../src-engine/session/changes.ts';
import { helperView } from '../../src-engine/session/overview.ts';
import type { Status } from '../../src-shared/helper-protocol/status.ts';
import type {
  AppState,
  Notice,
  OnQuit,
  ProfileFacts,
  TrayPresence,
} from '../../src-shared/ipc/app-state.ts';
import type { Checked } from '../../src-shared/ipc/import-draft.ts';
import type { Asked } from '../../src-shared/ipc/schema.ts';
import { fail, type NamedError, ok, wrong } from '../../src-shared/model/result.ts';
import type { Elevation } from '../platform/elevation.ts';
import { appState, type Facts, type Surroundings } from './facts.ts';
import { ImportDraft } from './import-draft.ts';
import { DEFAULT_SETTINGS, type SettingsFile } from './settings.ts';

/** What the session needs of its owner. */
export type SessionParts = {
  readonly version: string;
  readonly helper: HelperOptions;
  readonly store: ProfileStore;
  readonly settings: SettingsFile;
  readonly elevation: Elevation;
  readonly copy: (text: string) => Promise<void>;
  readonly networkKind: Surroundings['networkKind'];
};

/**
 * What the app knows and does, whoever asks: tray and window show its `state` and call its functions. It keeps no
 * truth of its own about tunnels; those are the helper's. Every function answers with a value or a named failure;
 * failures of what a person may ask for in the tray are in the state too, as its notice.
 */
export class AppSession {
  readonly #parts: SessionParts;
  readonly #watch: HelperWatch;
  readonly #draft = new ImportDraft();
  readonly #listeners = new Set<(state: AppState) => void>();
  #facts: Facts;
  #state: AppState;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#watch = new HelperWatch(parts.helper, (event) => this.#heard(event));
    this.#facts = {
      version: parts.version,
      helper: undefined,
      installing: false,
      profiles: [],
      profilesError: null,
      pending: new Map(),
      tray: 'looking',
      notice: null,
      settings: DEFAULT_SETTINGS,
    };
    this.#state = this.#computed();
  }

  get state(): AppState {
    return this.#state;
  }

  /** Calls `listener` at every change. Returns what stops it. */
  onState(listener: (state: AppState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what is on disk, then follows the helper until `dispose`. */
  async start(): Promise<void> {
    this.#change({ settings: await this.#parts.settings.read() });
    await this.reload();
    this.#watch.start();
  }

  dispose(): void {
    this.#watch.dispose();
    this.#listeners.clear();
  }

  /** Reads the profiles again: another program may have changed them. */
  async reload(): Promise<void> {
    const listed = await this.#parts.store.list();
    if (!listed.ok) {
      this.#change({ profilesError: listed.error });
      return;
    }
    const { profiles, damaged } = listed.value;
    this.#change({ profiles, profilesError: damaged[0]?.error ?? null });
  }

  setTray(tray: TrayPresence): void {
    this.#change({ tray });
  }

  dismiss(): void {
    this.#change({ notice: null });
  }

  async connect(name: string): Promise<Asked<void>> {
    return this.#ask('connect', name, (client) => bringUp(client, this.#parts.store, name));
  }

  async disconnect(name: string): Promise<Asked<void>> {
    return this.#ask('disconnect', name, (client) => takeDown(client, this.#parts.store, name));
  }

  /** What is up of our own profiles; tunnels that none of them describes are somebody else's. */
  get up(): readonly ProfileFacts[] {
    return this.#state.profiles.filter(({ observed, hub }) => observed !== null && hub !== null);
  }

  /** Takes down what is up of our own; for quitting. */
  async disconnectAll(): Promise<Asked<void>> {
    for (const { name } of this.up) {
      const done = await this.disconnect(name);
      if (!done.ok) {
        return done;
      }
    }
    return ok(undefined);
  }

  async probe(name: string): Promise<Asked<void>> {
    const probed = await this.#withClient((client) => client.probe(name));
    return probed.ok ? ok(undefined) : probed;
  }

  async copyAddress(name: string): Promise<Asked<string>> {
    const address = this.#profile(name)?.address ?? null;
    if (address === null) {
      const { error } = wrong(
        'no-address',
        'The address is known after the first connection.',
        name,
      );
      return this.#refused('copy', error);
    }
    try {
      await this.#parts.copy(address);
      return ok(address);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#refused('copy', { name: 'clipboard', message });
    }
  }

  async choose(name: string): Promise<Asked<void>> {
    if (this.#profile(name) === undefined) {
      return wrong('no-such-profile', 'there is no such profile', name);
    }
    return this.#store({ ...this.#facts.settings, chosen: name });
  }

  async setOnQuit(onQuit: OnQuit): Promise<Asked<void>> {
    return this.#store({ ...this.#facts.settings, onQuit });
  }

  checkFile(text: string, fileName?: string): Checked {
    if (fileName !== undefined) {
      this.#draft.from(fileName);
    }
    return this.#draft.check(
      text,
      this.#state.profiles.map(({ name }) => name),
    );
  }

  discardFile(): void {
    this.#draft.discard();
  }

  async importFile(name: string, hidden: string, replace = false): Promise<Asked<string>> {
    const text = this.#draft.reveal(hidden);
    const { store } = this.#parts;
    const imported = await this.#withClient((client) =>
      importProfile(client, store, { name, text, replace }),
    );
    if (!imported.ok) {
      return imported;
    }
    this.#draft.discard();
    await this.reload();
    await this.choose(name);
    return ok(name);
  }

  async installHelper(): Promise<Asked<void>> {
    if (this.#facts.installing) {
      return fail({ name: 'busy', message: 'The helper is being installed already.' });
    }
    this.#change({ installing: true, notice: null });
    const installed = await this.#parts.elevation.installHelper();
    this.#watch.retry();
    this.#change({ installing: false });
    return installed.ok ? installed : this.#refused('helper', installed.error);
  }

  #profile(name: string): ProfileFacts | undefined {
    return this.#state.profiles.find((profile) => profile.name === name);
  }

  async #ask(
    what: 'connect' | 'disconnect',
    name: string,
    work: (client: HelperClient) => Promise<Asked<unknown>>,
  ): Promise<Asked<void>> {
    this.#change({ notice: null, pending: new Map(this.#facts.pending).set(name, what) });
    const done = await this.#withClient(work);
    const pending = new Map(this.#facts.pending);
    pending.delete(name);
    this.#change({ pending });
    return done.ok ? ok(undefined) : this.#refused(what, done.error);
  }

  async #withClient<T>(work: (client: HelperClient) => Promise<Asked<T>>): Promise<Asked<T>> {
    const client = new HelperClient(this.#parts.helper);
    try {
      const greeted = await client.start();
      return greeted.ok ? await work(client) : greeted;
    } finally {
      client.dispose();
    }
  }

  #refused(about: Notice['about'], error: NamedError): { readonly ok: false; error: NamedError } {
    this.#change({ notice: { about, error } });
    return fail(error);
  }

  async #store(settings: Facts['settings']): Promise<Asked<void>> {
    this.#change({ settings });
    const written = await this.#parts.settings.write(settings);
    return written.ok ? written : this.#refused('settings', written.error);
  }

  #heard(event: HelperEvent): void {
    this.#change({ helper: helperView(event) });
    // Known from memory, since a snapshot comes with every probe and the profiles lie on disk.
    if (
      event.kind === 'status' &&
      event.hello.access === 'write' &&
      withLearnedPrefixes(this.#facts.profiles, event.status).length > 0
    ) {
      void this.#keepPrefixes(event.status);
    }
  }

  async #keepPrefixes(status: Status): Promise<void> {
    const kept = await keepLearnedPrefixes(this.#parts.store, status);
    if (kept.ok && kept.value.length > 0) {
      await this.reload();
    }
  }

  #change(change: Partial<Facts>): void {
    this.#facts = { ...this.#facts, ...change };
    const state = this.#computed();
    if (JSON.stringify(state) !== JSON.stringify(this.#state)) {
      this.#state = state;
      for (const listener of this.#listeners) {
        listener(state);
      }
    }
  }

  #computed(): AppState {
    return appState(this.#facts, { now: new Date(), networkKind: this.#parts.networkKind });
  }
}
