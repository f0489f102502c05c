/** What a run left of each trace: by incarnation, what it noted and what it exported. */
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { readDocument } from '../../../src/analysis/readers/formats/document.js';
import type { LedgerEntry } from '../ledger.js';
import type { Incarnation } from '../processes.js';
import { BUCKETS, readLines } from '../run-files.js';

/** One incarnation's part in a trace. */
export interface TraceLane {
  readonly incarnation: Incarnation;
  /** In the order noted. */
  readonly ledger: LedgerEntry[];
  /** In the order exported. */
  readonly spans: RecordedSpan[];
}

export interface RecordedTrace {
  readonly id: string;
  readonly lanes: readonly TraceLane[];
}

/** All traces of a run, a bucket at a time. */
export function* tracesIn(folder: string, incarnations: readonly Incarnation[]): Generator<RecordedTrace> {
  for (const bucket of BUCKETS) {
    const known = new Set(incarnations.map(({ id }) => id));
    const stranger = readdirSync(join(folder, bucket)).find(
      (name) => !known.has(name.split('.').slice(0, 2).join('.')),
    );
    if (stranger !== undefined) throw new Error(`nobody knows who wrote ${stranger}`);
    yield* tracesOf(folder, bucket, incarnations);
  }
}

function tracesOf(folder: string, bucket: string, incarnations: readonly Incarnation[]): RecordedTrace[] {
  const traces = new Map<string, Map<Incarnation, TraceLane>>();
  const laneOf = (trace: string, incarnation: Incarnation): TraceLane => {
    const lanes = traces.get(trace) ?? new Map<Incarnation, TraceLane>();
    traces.set(trace, lanes);
    const lane = lanes.get(incarnation) ?? { incarnation, ledger: [], spans: [] };
    lanes.set(incarnation, lane);
    return lane;
  };
  for (const incarnation of incarnations) {
    const mayBeTorn = incarnation.ended !== 'stopped';
    for (const line of readLines(folder, bucket, incarnation.id, 'ledger', mayBeTorn)) {
      const entry = JSON.parse(line) as LedgerEntry;
      laneOf(entry.trace, incarnation).ledger.push(entry);
    }
    for (const line of readLines(folder, bucket, incarnation.id, 'spans', mayBeTorn)) {
      for (const span of readDocument(JSON.parse(line))) laneOf(span.traceId, incarnation).spans.push(span);
    }
  }
  return Array.from(traces, ([id, lanes]) => ({ id, lanes: [...lanes.values()] }));
}
