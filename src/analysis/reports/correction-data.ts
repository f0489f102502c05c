/**
 * What a correction of timestamps did, as plain data for JSON. The names change only with the major version: programs
 * read them.
 */
import type { CorrectionReport } from '../correction/correct-timestamps.js';
import { eventData } from './finding-data.js';

export function correctionData(report: CorrectionReport): object {
  return {
    ...report,
    offsets: report.offsets.map(({ node, offsetNanos, spans, since }) => ({
      node: node.id,
      service: node.service,
      offsetNanos,
      spans,
      ...(since === undefined ? {} : { sinceSpanId: since.recorded.spanId }),
    })),
    unresolved: report.unresolved.map(({ from, to, kind, basis }) => ({
      kind,
      basis,
      from: eventData(from),
      to: eventData(to),
    })),
  };
}
