import { readDocument } from '../../src/analysis/readers/formats/document.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';

/** Each span the parent of the next one, and the last of the first; `millisAt` says when each began. */
export function circleOfParents(spans: number, services: number, millisAt: (i: number) => number): RecordedSpan[] {
  const idOf = (i: number): string => (1 + ((i + spans) % spans)).toString(16).padStart(16, '0');
  const resourceSpans = Array.from({ length: spans }, (_, i) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: `s${i % services}` } }] },
    scopeSpans: [
      {
        spans: [
          {
            traceId: 'a'.repeat(32),
            spanId: idOf(i),
            parentSpanId: idOf(i - 1),
            startTimeUnixNano: `${1_700_000_000_000_000_000n + BigInt(millisAt(i)) * 1_000_000n}`,
          },
        ],
      },
    ],
  }));
  return readDocument({ resourceSpans });
}
