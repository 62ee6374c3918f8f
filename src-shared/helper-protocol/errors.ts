/** Every name that a request can be answered with; the same list as protocol/ and helpers/internal/proto. */
export const HELPER_ERROR_NAMES = [
  'frame-too-large',
  'bad-frame',
  'bad-message',
  'unknown-method',
  'unknown-field',
  'missing-field',
  'bad-type',
  'bad-name',
  'bad-key',
  'bad-mac',
  'bad-address',
  'bad-prefix',
  'bad-endpoint',
  'bad-port',
  'bad-choice',
  'duplicate-name',
  'too-many-tunnels',
  'no-such-tunnel',
  'not-authorised',
  'key-missing',
  'key-in-use',
  'engine-missing',
  'internal',
] as const;

export type HelperErrorName = (typeof HELPER_ERROR_NAMES)[number];
