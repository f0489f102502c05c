/**
 * A vector as an attribute: `a=1,b=2`, within what backends and the SDK keep of a string.
 *
 * Guarantee: what is written is whole entries. Where not all fit, those heard from longest ago go, never the own one,
 * and `causality.incomplete` says so.
 * Hazard: the SDK cuts strings at its own limit without a word; the writer looks at what was stored.
 */
import { MAX_ATTRIBUTE_BYTES } from '../clocks/limits.js';
import type { KnownVector } from '../clocks/known-vector.js';
import { fitVector } from '../clocks/vector-state.js';

/** What an attribute can be written to: an SDK's span or log record. */
export interface AttributeSink {
  setAttribute(name: string, value: string | number | boolean): unknown;
  /** What the SDK stored, where it shows it. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export class VectorAttributeWriter {
  /** Characters of a string that the SDK keeps, as far as it has shown. */
  private longest = MAX_ATTRIBUTE_BYTES;

  /**
   * @param incomplete the attribute that says that entries are missing
   * @param onDropped told how many entries did not fit
   */
  constructor(
    private readonly incomplete: string,
    private readonly onDropped: (entries: number) => void,
  ) {}

  /** False where not even the own entry fits: then there must be no tick. */
  write(sink: AttributeSink, name: string, whole: KnownVector, node: string | undefined): boolean {
    let vector = whole;
    for (;;) {
      const text = vector.toString();
      if (text.length <= this.longest) {
        sink.setAttribute(name, text);
        const stored = sink.attributes?.[name];
        if (typeof stored !== 'string' || stored.length >= text.length) return true;
        this.longest = stored.length;
      }
      const fitted = fitVector(vector, node, this.longest);
      if (fitted.dropped === 0) return false;
      this.onDropped(fitted.dropped);
      sink.setAttribute(this.incomplete, true);
      vector = fitted.vector;
    }
  }

  /** A vector that is cut must not be left to a reader to derive: the reader would not know that entries are missing. */
  fits(vector: KnownVector): boolean {
    return vector.textLength <= this.longest;
  }
}

/** True when the SDK shows that it stored something else: it cut it. */
export function isOther(sink: AttributeSink, name: string, written: unknown): boolean {
  const stored = sink.attributes?.[name];
  return stored !== undefined && stored !== written;
}
