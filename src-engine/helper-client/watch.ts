import type { Hello } from '../../src-shared/helper-protocol/replies.ts';
import type { Status } from '../../src-shared/helper-protocol/status.ts';
import type { Result } from '../../src-shared/model/result.ts';
import type { HelperFailure } from './failure.ts';
import { HelperClient, type HelperOptions } from './helper-client.ts';

/** What a watcher is told: a snapshot (the first one on each connection, then each change), or the loss. */
export type HelperEvent =
  | { readonly kind: 'status'; readonly hello: Hello; readonly status: Status }
  | { readonly kind: 'lost'; readonly reason: HelperFailure };

const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 5_000;

/**
 * Keeps a subscription for as long as it is not disposed: snapshot first, then changes; when the helper is
 * not there, one `lost` for each reason, and attempts 0.1 s to 5 s apart.
 */
export class HelperWatch {
  readonly #options: HelperOptions;
  readonly #listener: (event: HelperEvent) => void;
  #client: HelperClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delayMs = FIRST_DELAY_MS;
  #told: string | undefined;
  #disposed = false;

  constructor(options: HelperOptions, listener: (event: HelperEvent) => void) {
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    void this.#attempt();
  }

  /** Tries at once instead of at the end of the present delay; nothing while it is connected. */
  retry(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#delayMs = FIRST_DELAY_MS;
      void this.#attempt();
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#client?.dispose();
  }

  async #attempt(): Promise<void> {
    const client = new HelperClient(this.#options);
    this.#client = client;
    const subscribed = await this.#subscribe(client);
    if (this.#disposed) {
      client.dispose();
    } else if (!subscribed.ok) {
      this.#lost(client, subscribed.error);
    }
  }

  async #subscribe(client: HelperClient): Promise<Result<unknown, HelperFailure>> {
    const greeted = await client.start();
    if (!greeted.ok) {
      return greeted;
    }
    const hello = greeted.value;
    client.onChanged((status) => {
      this.#delayMs = FIRST_DELAY_MS;
      this.#tell({ kind: 'status', hello, status });
    });
    const subscribed = await client.subscribe();
    if (subscribed.ok) {
      client.onLost((reason) => this.#lost(client, reason));
    }
    return subscribed;
  }

  #lost(client: HelperClient, reason: HelperFailure): void {
    client.dispose();
    if (this.#disposed) {
      return;
    }
    if (this.#told !== reason.name) {
      this.#tell({ kind: 'lost', reason });
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#attempt();
    }, this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, LAST_DELAY_MS);
  }

  #tell(event: HelperEvent): void {
    if (!this.#disposed) {
      this.#told = event.kind === 'lost' ? event.reason.name : undefined;
      this.#listener(event);
    }
  }
}
