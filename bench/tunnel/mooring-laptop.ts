import { HelperClient } from '../../src-engine/helper-client/helper-client.ts';
import type { SetParams } from '../../src-shared/helper-protocol/requests.ts';
import type { Status } from '../../src-shared/helper-protocol/status.ts';
import { now } from '../../test/kernel/world/agent/protocol.ts';

/** The laptop with Mooring: the helper asked directly, so that no command's start is measured. */
export class MooringLaptop {
  readonly #client: HelperClient;
  readonly #desired: SetParams;
  #waiting: ((status: Status) => void) | undefined;

  constructor(socketPath: string, desired: SetParams) {
    this.#client = new HelperClient({ socketPath, timeoutMs: 30_000 });
    this.#desired = desired;
  }

  async start(privateKey: string): Promise<void> {
    value(await this.#client.start());
    value(await this.#client.keysPut({ privateKey }));
    this.#client.onChanged((status) => this.#waiting?.(status));
    value(await this.#client.subscribe());
  }

  /** @returns when the helper said that all is configured, milliseconds after `set` was sent */
  async configure(): Promise<number> {
    const since = now();
    const configured = this.#until((status) => {
      const step = status.tunnels[0]?.step;
      return step === 'verify' || step === 'up';
    });
    value(await this.#client.set(this.#desired));
    return (await configured) - since;
  }

  verified(): Promise<number> {
    return this.#until((status) => Boolean(status.tunnels[0]?.verifiedSince));
  }

  async down(): Promise<void> {
    value(await this.#client.set({ desired: null }));
  }

  stop(): void {
    this.#client.dispose();
  }

  async #until(fits: (status: Status) => boolean): Promise<number> {
    const present = value(await this.#client.status());
    if (fits(present)) return now();
    let last = present;
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`not within 30 s: ${JSON.stringify(last.tunnels)}`));
      const timer = setTimeout(late, 30_000);
      this.#waiting = (status) => {
        last = status;
        if (!fits(status)) return;
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve(now());
      };
    });
  }
}

function value<T>(
  result: { ok: true; value: T } | { ok: false; error: { name: string; message: string } },
): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.name}: ${result.error.message}`);
}
