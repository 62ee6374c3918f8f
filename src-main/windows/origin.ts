/** Where our pages live. A scheme of our own has an origin, unlike file:, and reaches no other file. */
export const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://mooring`;
