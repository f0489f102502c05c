/** Prints what came of it: one trace in two orders, what is concurrent in it, and what was checked in all traces. */
import type { ExportedSpan } from './exported-spans.js';
import type { ForwardOutcome } from './forwarder.js';
import type { Terminal } from './terminal.js';
import { orderTwice, type OrderedSpan } from './two-orders.js';
import { nameOf, type Tally, type Verdict } from './verdict.js';

const WALL_WIDTH = 54;
const BETWEEN = '│ ';
const COLUMNS = 100;
const MOST_PROBLEMS_SHOWN = 8;

export function printTrace(terminal: Terminal, trace: readonly ExportedSpan[]): void {
  const { wall, causal } = orderTwice(trace);
  const root = causal[0];
  if (root === undefined) return;
  const dim = (text: string): string => terminal.style('dim', text);

  terminal.print(terminal.style('bold', `Trace ${root.traceId}: the same ${causal.length} spans in two orders`));
  terminal.print();
  terminal.print(
    `${terminal.style('bold', 'By wall clock'.padEnd(WALL_WIDTH))}${dim(BETWEEN)}${terminal.style('bold', 'By cause: causality.lamport')}`,
  );
  terminal.print(dim(`${'   ms  service   span'.padEnd(WALL_WIDTH)}${BETWEEN} #   L  service   span`));
  for (const [row, right] of causal.entries()) {
    const left = wall[row];
    if (left !== undefined)
      terminal.print(`${wallCell(terminal, left, root)}${dim(BETWEEN)}${causalCell(terminal, right)}`);
  }
  terminal.print();
  printCalls(terminal, wall, causal);
  terminal.print();
  printMisplaced(terminal, causal);
  printConcurrent(terminal, causal);
  terminal.print();
}

function wallCell(terminal: Terminal, span: OrderedSpan, root: OrderedSpan): string {
  const start = (span.startMs - root.startMs).toFixed(0).padStart(5);
  const text = `${start}  ${span.service.padEnd(9)} ${span.label.padEnd(15)}`;
  if (span.misplaced === undefined) return text.padEnd(WALL_WIDTH);
  const mark = `✗ ${span.misplaced.ms.toFixed(0)} ms before #${span.misplaced.causeNumber}`;
  return `${text} ${terminal.style('red', mark)}`.padEnd(WALL_WIDTH + lengthOfStyle(terminal, 'red', mark));
}

function lengthOfStyle(terminal: Terminal, style: 'red', text: string): number {
  return terminal.style(style, text).length - text.length;
}

function causalCell(terminal: Terminal, span: OrderedSpan): string {
  const number = String(span.number).padStart(2);
  const lamport = String(span.stamps.start.lamport).padStart(3);
  const text = `${number} ${lamport}  ${span.service.padEnd(9)} ${span.label.padEnd(15)}`;
  const concurrent = span.concurrent.length === 0 ? '' : ` ∥ ${ranges(span.concurrent)}`;
  const room = COLUMNS - WALL_WIDTH - BETWEEN.length - text.length;
  const shown = concurrent.length > room ? `${concurrent.slice(0, room - 1)}…` : concurrent;
  return `${text}${terminal.style('cyan', shown)}`.trimEnd();
}

/** `3-5 8` for 3, 4, 5 and 8. */
function ranges(numbers: readonly number[]): string {
  const found: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(' ');
}

/** The same calls told twice: what a reader of the trace would take to have happened. */
function printCalls(terminal: Terminal, wall: readonly OrderedSpan[], causal: readonly OrderedSpan[]): void {
  const [root] = causal;
  const clients = new Set(
    causal.filter(({ parentSpanId }) => parentSpanId === root?.spanId).map(({ spanId }) => spanId),
  );
  const isCalled = ({ kind, parentSpanId }: OrderedSpan): boolean => kind === 'server' && clients.has(parentSpanId);
  const path = ({ label }: OrderedSpan): string => label.slice(label.indexOf(' ') + 1);

  const groups: OrderedSpan[][] = [];
  for (const span of causal.filter(isCalled)) {
    const last = groups.at(-1);
    if (last?.every(({ number }) => span.concurrent.includes(number))) last.push(span);
    else groups.push([span]);
  }
  const grouped = groups.map((group) => {
    const paths = group.map(path).join(' ∥ ');
    return group.length === 1 ? paths : `(${paths})`;
  });
  terminal.print(`What the ${root?.service} had done, one thing after the other:`);
  terminal.print(`  by wall clock  ${terminal.style('red', wall.filter(isCalled).map(path).join(' → '))}`);
  terminal.print(`  by cause       ${terminal.style('green', grouped.join(' → '))}`);
}

function printMisplaced(terminal: Terminal, causal: readonly OrderedSpan[]): void {
  const misplaced = causal.filter((span) => span.misplaced !== undefined);
  const sign = terminal.style('red', '✗');
  terminal.print(`${sign} The wall clock put ${misplaced.length} of ${causal.length} spans before a cause of theirs:`);
  for (const span of misplaced) {
    const found = span.misplaced;
    if (found?.cause.spanId !== span.parentSpanId) continue;
    terminal.print(`    ${nameOf(span)} began ${found.ms.toFixed(0)} ms before its parent, ${nameOf(found.cause)}`);
  }
  const others = misplaced.filter(({ misplaced: found, parentSpanId }) => found?.cause.spanId !== parentSpanId).length;
  if (others > 0) terminal.print(`    and ${others} began before other work that had led to them`);
}

function printConcurrent(terminal: Terminal, causal: readonly OrderedSpan[]): void {
  const sign = terminal.style('cyan', '∥');
  terminal.print(`${sign} Concurrent, because no path of messages leads from either to the other:`);
  for (const span of causal) {
    // A call is told by what it called.
    if (span.kind === 'client') continue;
    const others = causal.filter(
      ({ number, kind }) => kind !== 'client' && number > span.number && span.concurrent.includes(number),
    );
    if (others.length > 0) terminal.print(`    ${nameOf(span)}  ∥  ${others.map(nameOf).join(', ')}`);
  }
}

export function printVerdict(terminal: Terminal, verdict: Verdict, traces: number): void {
  const line = (tally: Tally, what: string): void => {
    const isRight = tally.right === tally.checked;
    const sign = terminal.style(isRight ? 'green' : 'red', isRight ? '✔' : '✗');
    terminal.print(`${sign} ${`${tally.right} of ${tally.checked}`.padStart(10)} ${what}`);
  };
  terminal.print(terminal.style('bold', `Checked in all ${traces} traces, from the exported attributes alone`));
  line(verdict.edges, 'parent→child edges are in order, by Lamport time and by vector');
  line(verdict.sequential, 'pairs of work done one after the other are ordered, by the replies between them');
  line(verdict.parallel, 'pairs of work done side by side are concurrent');
  const inverted = `${verdict.wallInversions} of ${verdict.edges.checked}`.padStart(10);
  terminal.print(
    `${terminal.style('yellow', '!')} ${inverted} parent→child edges are the wrong way round by wall clock`,
  );
  // Without stamps everything is wrong, and for one reason, which the end says.
  if (verdict.unstamped.length > 0) return;
  for (const problem of verdict.wrong.slice(0, MOST_PROBLEMS_SHOWN)) {
    terminal.print(`  ${terminal.style('red', '✗')} ${problem}`);
  }
  const more = verdict.wrong.length - MOST_PROBLEMS_SHOWN;
  if (more > 0) terminal.print(`  and ${more} more`);
}

export function printForwarded(terminal: Terminal, outcome: ForwardOutcome | undefined): void {
  if (outcome === undefined) {
    const hint = 'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends these spans to your Jaeger or Tempo too.';
    terminal.print(terminal.style('dim', hint));
    return;
  }
  const { target, sent, failed, problem } = outcome;
  if (sent > 0) terminal.print(`${terminal.style('green', '✔')} Sent on to ${target} (${sent} requests)`);
  if (failed > 0) {
    terminal.print(
      `${terminal.style('yellow', '!')} ${failed} of ${sent + failed} requests did not get through to ${target}: ${problem}`,
    );
    terminal.print('    It has to be an OTLP/HTTP endpoint that takes JSON, usually on port 4318.');
  }
}
