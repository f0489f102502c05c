/** The demo: the lines of one checkout in two orders, and how often each order is wrong over all of them. */
import { runFleet, SHIFTS } from './fleet.js';
import { happensBefore } from './ledger.js';
import type { LogLine } from './log-line.js';
import { byCause, byWallClock } from './sort.js';

const CHECKOUTS = 20;
const WIDTH = 46;

const lines = await runFleet(CHECKOUTS);

/** Lines that stand above one that really happened before them. */
function misplaced(sorted: readonly LogLine[]): Set<LogLine> {
  return new Set(
    sorted.filter((line, i) =>
      sorted.slice(i + 1).some((below) => below.checkout === line.checkout && happensBefore(below.text, line.text)),
    ),
  );
}

function column(sorted: readonly LogLine[], time: (line: LogLine) => string): string[] {
  const wrong = misplaced(sorted);
  return sorted.map((line) => `${wrong.has(line) ? '✗' : ' '} ${time(line)}  ${line.service.padEnd(9)}${line.text}`);
}

const checkout = lines.filter((line) => line.checkout === '1');
const wall = column(byWallClock(checkout), ({ wallMillis }) => new Date(wallMillis).toISOString().slice(17, 23));
const cause = column(byCause(checkout), ({ stamp }) => String(stamp?.lamport ?? '?').padStart(2));

const shifts = Object.entries(SHIFTS).map(([name, millis]) => `${name} ${millis >= 0 ? '+' : ''}${millis / 1000} s`);
console.log(`\nThree services log one checkout. Their clocks: ${shifts.join(', ')}.\n`);
console.log(`  ${'by wall clock'.padEnd(WIDTH + 2)}by causality.lamport, node, log.seq`);
wall.forEach((line, i) => console.log(`  ${line.padEnd(WIDTH)}${cause[i]}`));
console.log('\n  ✗ stands above a line that really happened before it');

const count = (sort: (lines: readonly LogLine[]) => LogLine[]): number => misplaced(sort(lines)).size;
console.log(`
All ${CHECKOUTS} checkouts, ${lines.length} lines:
  misplaced by wall clock      ${count(byWallClock)}
  misplaced by causal order    ${count(byCause)}
`);
if (count(byCause) > 0) process.exitCode = 1;
