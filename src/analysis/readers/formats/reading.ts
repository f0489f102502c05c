/**
 * One pass over one source: where it stands, what it has found, and what was wrong.
 *
 * Guarantee: what a document gives is staged and only then taken over, so that a document that has to be read a second
 * time (its integers were rounded) leaves no trace of the first.
 * Hazard: staged spans are as many as the document holds; whoever feeds documents keeps them small.
 */
import type { Origin, RecordedLog, RecordedSpan } from '../../recorded.js';
import type { ReadProblem } from './problems.js';
import { oneLine } from '../../one-line.js';
import { type HalfSpan, SharedSpans } from './zipkin-shared.js';

export class Reading {
  /** Problems reported so far, and the first of them. */
  problems = 0;
  firstProblem: ReadProblem | undefined = undefined;
  /** Spans and logs handed on so far. */
  spans = 0;
  logs = 0;
  /** True once a document was seen that some format allows, if only an empty one. */
  recognised = false;
  /** True where an integer of the staged document came as a number that JSON.parse had to round. */
  rounded = false;

  private origin: Origin;
  private staged: RecordedSpan[] = [];
  private stagedLogs: RecordedLog[] = [];
  private stagedHalves: HalfSpan[] = [];
  private stagedReasons: string[] = [];
  private readonly remarks = new Set<string>();
  private readonly shared = new SharedSpans();

  constructor(
    public source: string,
    private readonly onProblem: ((problem: ReadProblem) => void) | undefined,
    private readonly onLog?: (log: RecordedLog) => void,
  ) {
    this.origin = { source, line: undefined };
  }

  /** The next part of the source: one answer of a backend, say. */
  begin(source: string): void {
    this.source = source;
    this.origin = { source, line: undefined };
  }

  /** Where the document being read begins. Spans of one document share the object. */
  at(line: number | undefined): void {
    if (this.origin.line !== line) this.origin = { source: this.source, line };
  }

  get here(): Origin {
    return this.origin;
  }

  add(span: RecordedSpan): void {
    this.staged.push(span);
  }

  /** True where somebody wants to be told of logs. */
  get takesLogs(): boolean {
    return this.onLog !== undefined;
  }

  addLog(log: RecordedLog): void {
    this.stagedLogs.push(log);
  }

  /** A Zipkin span, which may share its id with the other side of a call. */
  addHalf(half: HalfSpan): void {
    this.stagedHalves.push(half);
  }

  /** Something of the document could not be read. */
  problem(reason: string): void {
    this.stagedReasons.push(oneLine(reason));
  }

  /** Something that is wrong with the whole source, and is said once. */
  remark(reason: string): void {
    if (this.remarks.has(reason)) return;
    this.remarks.add(reason);
    this.report(this.origin.line, reason);
  }

  /** Forgets what the document gave: it will be read again. */
  discard(): void {
    this.staged = [];
    this.stagedLogs = [];
    this.stagedHalves = [];
    this.stagedReasons = [];
    this.rounded = false;
  }

  /** The document is read: reports its problems and hands over its spans, and Zipkin's once enough are held. */
  take(): readonly RecordedSpan[] {
    for (const reason of this.stagedReasons) this.report(this.origin.line, reason);
    for (const log of this.stagedLogs) this.onLog?.(log);
    this.logs += this.stagedLogs.length;
    let taken = this.staged;
    for (const half of this.stagedHalves) {
      this.shared.add(half);
      if (this.shared.isFull) taken = taken.concat(this.shared.drain());
    }
    this.discard();
    this.spans += taken.length;
    return taken;
  }

  /** The source is at its end: hands over what was held back. */
  finish(): readonly RecordedSpan[] {
    const rest = this.shared.drain();
    this.spans += rest.length;
    return rest;
  }

  /** Reports a problem at once. */
  report(line: number | undefined, reason: string): void {
    this.reportOf(this.source, reason, line);
  }

  reportOf(source: string, reason: string, line?: number): void {
    const problem: ReadProblem = { source, line, reason: oneLine(reason) };
    this.problems += 1;
    this.firstProblem ??= problem;
    this.onProblem?.(problem);
  }
}
