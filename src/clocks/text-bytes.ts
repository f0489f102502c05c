/**
 * The host's converters between text and bytes. Undefined where the host has none, or one that does not do what its name
 * says: whoever asks then does without.
 */
export interface Encoder {
  /** Says how many code units it has taken in, and how many bytes these are. */
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number };
}

export interface Decoder {
  decode(bytes: Uint8Array): string;
}

interface HostText {
  readonly TextEncoder: new () => Encoder;
  readonly TextDecoder: new () => Decoder;
}

const host = globalThis as unknown as HostText;

export function hostEncoder(): Encoder | undefined {
  return working(
    () => new host.TextEncoder(),
    // Some only know how to make new bytes.
    (made) => made.encodeInto('a=', new Uint8Array(3)).written === 2,
  );
}

export function hostDecoder(): Decoder | undefined {
  return working(
    () => new host.TextDecoder(),
    (made) => made.decode(Uint8Array.of(33, 97, 61, 33).subarray(1, 3)) === 'a=',
  );
}

function working<T>(make: () => T, works: (made: T) => boolean): T | undefined {
  try {
    const made = make();
    return works(made) ? made : undefined;
  } catch {
    return undefined;
  }
}
