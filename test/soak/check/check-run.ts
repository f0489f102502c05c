/** Reads all that a run left, and holds it to every rule. */
import { existsSync, readFileSync } from 'node:fs';
import type { Incarnation, Sample } from '../processes.js';
import { samplesPath } from '../processes.js';
import { costOf } from '../wire-faults.js';
import { checkHeap, type HeapVerdict } from './check-heap.js';
import { checkOrder } from './check-order.js';
import { checkTicks, IncarnationFacts } from './check-ticks.js';
import { emptyTally, Findings, type Tally } from './findings.js';
import { type RecordedTrace, tracesIn } from './recorded-trace.js';
import { RULE } from './rules.js';
import { stampsOf } from './span-events.js';
import { TornLedger } from './truth.js';

export interface RunReport {
  readonly findings: Findings;
  readonly tally: Tally;
  readonly heaps: readonly HeapVerdict[];
  /** What the library counted, over all incarnations. */
  readonly counted: Readonly<Record<string, number>>;
}

export function checkRun(folder: string, incarnations: readonly Incarnation[]): RunReport {
  const findings = new Findings();
  const tally = checkTraces(tracesIn(folder, incarnations), findings);
  const heaps: HeapVerdict[] = [];
  const counted: Record<string, number> = {};
  for (const { id, ended } of incarnations) {
    if (ended === 'crashed') findings.add(RULE.alive, id);
    const samples = samplesOf(folder, id);
    const heap = checkHeap(id, samples, findings);
    if (heap !== undefined) heaps.push(heap);
    const counters = samples.at(-1)?.counters;
    if (counters === undefined) continue;
    if (counters.errors > 0) findings.add(RULE.errors, `${id}: ${counters.errors}`);
    for (const [name, value] of Object.entries(counters)) {
      const values = typeof value === 'number' ? [[name, value] as const] : reasons(name, value as object);
      for (const [key, count] of values) counted[key] = (counted[key] ?? 0) + count;
    }
  }
  return { findings, tally, heaps, counted };
}

export function checkTraces(traces: Iterable<RecordedTrace>, findings: Findings): Tally {
  const tally = emptyTally();
  const facts = new IncarnationFacts();
  for (const trace of traces) checkTrace(trace, facts, findings, tally);
  if (tally.before === 0 || tally.concurrent === 0) {
    findings.add(RULE.answers, `${tally.before} ordered, ${tally.concurrent} concurrent, ${tally.unknown} unknown`);
  }
  return tally;
}

function checkTrace(trace: RecordedTrace, facts: IncarnationFacts, findings: Findings, tally: Tally): void {
  tally.traces++;
  const stamps = stampsOf(trace, findings, tally);
  checkTicks(trace, stamps, facts, findings, tally);
  if (isForged(trace)) {
    tally.forgedTraces++;
    return;
  }
  try {
    checkOrder(trace, stamps, findings, tally);
  } catch (error) {
    if (!(error instanceof TornLedger)) throw error;
    findings.add(RULE.ledger, error.message);
  }
}

function isForged({ lanes }: RecordedTrace): boolean {
  return lanes.some(({ ledger }) =>
    ledger.some((entry) => entry.kind === 'fault' && costOf(entry.fault) === 'the trace'),
  );
}

function samplesOf(folder: string, incarnation: string): readonly Sample[] {
  const path = samplesPath(folder, incarnation);
  if (!existsSync(path)) return [];
  // What follows the last line's end was torn by a kill.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Sample);
}

function reasons(name: string, counts: object): (readonly [string, number])[] {
  return Object.entries(counts).map(([reason, count]) => [`${name} ${reason}`, Number(count)] as const);
}
