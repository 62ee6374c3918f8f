// @ts-check

/** Says on stderr what goes on; answers stay on stdout. */
const write = (/** @type {string} */ text) => process.stderr.write(text);

/** @param {number} since milliseconds as `Date.now()` gives them */
export const elapsed = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** @param {string} text */
export const say = (text) => write(`  ${text}\n`);

/**
 * Does `work`; what takes over two seconds is announced, and said again every 20 s so that a log
 * without a terminal shows life too.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const since = Date.now();
  const tty = process.stderr.isTTY;
  let shown = false;
  const show = () => {
    if (tty) write(`\r  ${what} … ${Math.round((Date.now() - since) / 1000)} s `);
    else write(`  ${what} … ${Math.round((Date.now() - since) / 1000)} s\n`);
    shown = true;
  };
  const first = setTimeout(show, 2000);
  const again = setInterval(show, tty ? 1000 : 20_000);
  try {
    const result = await work();
    if (shown) write(`${tty ? '\r' : ''}  ${what}: done in ${elapsed(since)}      \n`);
    return result;
  } catch (error) {
    if (shown && tty) write('\n');
    throw error;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}

/** Something the person has to do before this can go on; its message is the whole answer. */
export class Stop extends Error {}

/**
 * Runs a script's body: one closing line in every case, exit status 1 when it failed.
 * @param {string} name
 * @param {() => Promise<string>} body gives the closing line
 */
export async function main(name, body) {
  const since = Date.now();
  try {
    const closing = await body();
    write(`${name}: ${closing} (${elapsed(since)})\n`);
  } catch (error) {
    process.exitCode = 1;
    const message = error instanceof Error ? error.message : String(error);
    write(`${message}\n`);
    if (!(error instanceof Stop)) write(`${name}: failed after ${elapsed(since)}\n`);
  }
}
