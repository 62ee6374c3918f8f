import { setTimeout as delay } from 'node:timers/promises';

/**
 * Reads until the value is as wanted; says what was seen last when it never is.
 * @param what in words, for the message
 */
export async function waitFor<T>(
  what: string,
  read: () => T | Promise<T>,
  wanted: (value: T) => unknown,
  timeoutMs = 5000,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  let value = await read();
  while (!wanted(value)) {
    if (Date.now() > until) {
      const seen = JSON.stringify(value, undefined, 1) ?? String(value);
      throw new Error(`${what}: not within ${timeoutMs / 1000} s; last seen: ${seen}`);
    }
    await delay(30);
    value = await read();
  }
  return value;
}

/** Gives up after a while; the work itself goes on, so it has to be something that may. */
export async function within<T>(what: string, work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
