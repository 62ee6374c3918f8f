// C0 and C1 controls, and the characters that reorder a line: what comes from a file or from the network must not
// drive the terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with everything that a terminal would act on written out. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text in double quotes, on one line. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
