/** What the app understands on its command line; all else is Chromium's. */
export type Arguments = {
  /** Start to the tray, without a window. */
  readonly hidden: boolean;
  /** A scenario of the mock helper; null for the real one. */
  readonly mockHelper: string | null;
  /** The lab's folder, whose helper is used; null outside the lab. */
  readonly lab: string | null;
};

const MOCK = '--mock-helper';
const LAB = '--lab=';

export function readArguments(argv: readonly string[]): Arguments {
  const mock = argv.find((arg) => arg === MOCK || arg.startsWith(`${MOCK}=`));
  return {
    hidden: argv.includes('--hidden'),
    lab: argv.find((arg) => arg.startsWith(LAB))?.slice(LAB.length) || null,
    mockHelper: mock === undefined ? null : mock.slice(MOCK.length + 1) || 'verified',
  };
}
