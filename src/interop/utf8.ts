/**
 * UTF-8 with the encoder and decoder of the host, which Node, browsers, workers and edge runtimes all have.
 *
 * Guarantee: bytes that are not UTF-8 are refused, not replaced by question marks.
 */
import { InvalidValueError } from '../clocks/errors.js';

interface HostText {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

/** The text as UTF-8. */
export function toUtf8(text: string): Uint8Array {
  const { TextEncoder } = globalThis as unknown as HostText;
  return new TextEncoder().encode(text);
}

/** The text in these bytes, at most `maxBytes` of them. Throws {@link InvalidValueError} naming the field. */
export function fromUtf8(field: string, bytes: unknown, maxBytes: number): string {
  const { TextDecoder } = globalThis as unknown as HostText;
  if (bytes instanceof Uint8Array && bytes.length <= maxBytes) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Falls through to the one error for all of it.
    }
  }
  throw new InvalidValueError(field, bytes, `a Uint8Array of at most ${maxBytes} bytes of UTF-8`);
}
