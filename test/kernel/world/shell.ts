import { spawn } from 'node:child_process';

export interface ShellOptions {
  /** The namespace to run in; the test's own when missing. */
  readonly ns?: string;
  readonly timeoutMs?: number;
  readonly env?: Record<string, string>;
  readonly uid?: number;
}

export interface Ended {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a program to its end; a status other than 0 is an answer, not an error. */
export function execute(argv: readonly string[], options: ShellOptions = {}): Promise<Ended> {
  const { ns, timeoutMs = 30_000, env, uid } = options;
  const [command = '', ...args] = ns === undefined ? argv : ['ip', 'netns', 'exec', ns, ...argv];
  const since = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      stderr += `\n(killed: not done after ${timeoutMs} ms)`;
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? undefined, stdout, stderr, ms: performance.now() - since });
    });
  });
}

/** Runs one shell script, which is the cheap way to run many commands; throws when one fails. */
export async function sh(script: string, options: ShellOptions = {}): Promise<string> {
  const ended = await execute(['sh', '-ec', script], options);
  if (ended.status === 0) return ended.stdout;
  const where = options.ns === undefined ? '' : ` in ${options.ns}`;
  throw new Error(`script${where} ended with ${ended.status}: ${ended.stderr.trim()}`);
}
