/**
 * An expected failure as a value. `name` is a stable word, `field` the path of what is wrong
 * (`desired.tunnels[0].mac`), `quoted` the wrong text, absent where it may be a secret, `message` one sentence.
 */
export type NamedError<Name extends string = string> = {
  readonly name: Name;
  readonly message: string;
  readonly field?: string;
  readonly quoted?: string;
};

export type Result<T, E = NamedError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

const MAX_QUOTE_BYTES = 80;

/** Cuts a text to 80 bytes of UTF-8 and `…`, so that a hostile value cannot fill a terminal. */
export function quote(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > MAX_QUOTE_BYTES) {
      return `${kept}…`;
    }
    kept += character;
  }
  return text;
}

/** A named error about `text`; an empty text is not quoted. */
export function wrong<Name extends string>(
  name: Name,
  message: string,
  text: string,
): { readonly ok: false; readonly error: NamedError<Name> } {
  return fail(text === '' ? { name, message } : { name, message, quoted: quote(text) });
}
