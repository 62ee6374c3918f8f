import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, onTestFinished, vi } from 'vitest';
import { HelperClient } from '../../src-engine/helper-client/helper-client.ts';
import { MockHelper, type MockOptions } from '../../src-engine/mock-helper/mock-helper.ts';
import { importProfile } from '../../src-engine/profiles/import-profile.ts';
import { ProfileStore } from '../../src-engine/profiles/profile-store.ts';
import { bringUp } from '../../src-engine/session/changes.ts';
import { EXAMPLE_FILE } from '../../src-engine/testing/examples.ts';

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A started command; `ended` resolves with all that it said. */
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

/** The command for all tests of a file, which may take longer: starting processes is slow on a busy machine. */
export async function bundled(): Promise<Cli> {
  vi.setConfig({ testTimeout: 30_000 });
  const built = await Cli.build();
  afterAll(() => built.close());
  return built;
}

/** A helper for one test. */
export async function fake(options?: MockOptions): Promise<MockHelper> {
  const helper = await MockHelper.listen(options);
  onTestFinished(() => helper.close());
  return helper;
}

/** The bundled command with a configuration folder of its own. */
export class Cli {
  readonly folder: string;
  readonly #program: string;

  private constructor(folder: string, program: string) {
    this.folder = folder;
    this.#program = program;
  }

  /** Bundles as scripts/lib/build.mjs does, from testing/entry.ts. */
  static async build(): Promise<Cli> {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-cli-'));
    const outfile = join(folder, 'mooring.cjs');
    await build({
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'warning',
      entryPoints: [fileURLToPath(new URL('entry.ts', import.meta.url))],
      outfile,
      define: { __MOORING_VERSION__: '"1.2.3"' },
    });
    return new Cli(folder, outfile);
  }

  /** The same program with an empty configuration. */
  async fresh(): Promise<Cli> {
    return new Cli(await mkdtemp(join(this.folder, 'user-')), this.#program);
  }

  /** A user with the profile `home`, or those named. */
  async user(helper: MockHelper, names: readonly string[] = ['home'], text = EXAMPLE_FILE) {
    const cli = await this.fresh();
    for (const name of names) {
      await cli.imported(helper, name, text);
    }
    return cli;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  get profiles(): string {
    return join(this.folder, 'mooring', 'profiles');
  }

  /** Puts a file beside the configuration and gives its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(this.folder, { recursive: true });
    await writeFile(path, text);
    return path;
  }

  /** Imports a profile without starting a command: those are what takes long here. */
  async imported(helper: MockHelper, name: string, text: string): Promise<void> {
    const client = await connected(helper);
    const store = new ProfileStore(this.profiles);
    const result = await importProfile(client, store, { name, text, replace: false });
    client.dispose();
    if (!result.ok) {
      throw new Error(result.error.message);
    }
  }

  /** Makes a profile desired without starting a command. */
  async broughtUp(helper: MockHelper, name: string): Promise<void> {
    const client = await connected(helper);
    await bringUp(client, new ProfileStore(this.profiles), name);
    client.dispose();
  }

  /** `stdin` is all that the command reads; null leaves it open. */
  start(
    helper: MockHelper | undefined,
    args: readonly string[],
    stdin: string | null = '',
  ): Running {
    const socket = helper?.socketPath ?? join(this.folder, 'nobody.sock');
    const child = spawn(process.execPath, [this.#program, ...args], {
      env: {
        PATH: process.env.PATH,
        XDG_CONFIG_HOME: this.folder,
        MOORING_SOCKET: socket,
        TZ: 'UTC',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A command that reads nothing may end before it was written to.
    child.stdin.on('error', () => undefined);
    if (stdin !== null) {
      child.stdin.end(stdin);
    }
    return { child, ended: collect(child) };
  }

  run(helper: MockHelper | undefined, args: readonly string[], stdin?: string): Promise<Ended> {
    return this.start(helper, args, stdin).ended;
  }
}

async function connected({ socketPath }: MockHelper): Promise<HelperClient> {
  const client = new HelperClient({ socketPath, socketOwner: process.getuid?.() ?? 0 });
  await client.start();
  return client;
}

function collect(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
