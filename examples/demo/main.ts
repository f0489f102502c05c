/**
 * `npm run demo`: four services with clocks that disagree, real requests between them, real exporters, and then one
 * trace in two orders, computed from what was exported. Exits with 1 if any causal relation came out wrong.
 */
import { join, relative, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ExportedSpan, readExportedTraces } from './exported-spans.js';
import { Fleet } from './fleet.js';
import { Forwarder } from './forwarder.js';
import { Receiver } from './receiver.js';
import { printForwarded, printTrace, printVerdict } from './report.js';
import { CHECKOUTS, ENTRANCE, EXPECTATIONS, SERVICES } from './scenario.js';
import { post } from './post.js';
import { Terminal } from './terminal.js';
import { failureOf, judge } from './verdict.js';

/** Far beyond what it takes; a hang must not become somebody's hung CI job. */
const TIME_LIMIT_MS = 50_000;
const CRASH_NEWS_MS = 500;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Ends the run early, with a sentence and an exit code. */
class Stopped extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

const terminal = new Terminal();
const file = resolve(join('.demo', 'traces.jsonl'));
const stopping = new AbortController();
for (const [signal, exitCode] of Object.entries(SIGNALS)) {
  process.once(signal, () => stopping.abort(new Stopped(`Stopped by ${signal}.`, exitCode)));
}
// Somebody closed the pipe that we write to: nobody reads any more.
process.stdout.on('error', () => stopping.abort(new Stopped('', 1)));
const limit = setTimeout(
  () => stopping.abort(new Stopped(`Not finished after ${TIME_LIMIT_MS / 1_000} seconds; gave up.`, 1)),
  TIME_LIMIT_MS,
);

/** Waits for something, but not longer than the run goes on. */
function during<T>(work: Promise<T>): Promise<T> {
  return new Promise<T>((fulfil, reject) => {
    const stop = (): void => reject(stopping.signal.reason as Error);
    if (stopping.signal.aborted) stop();
    stopping.signal.addEventListener('abort', stop, { once: true });
    work.then(fulfil, reject);
  });
}

async function recordTraces(forwarder: Forwarder | undefined): Promise<readonly (readonly ExportedSpan[])[]> {
  const receiver = new Receiver({ file, onKept: (body) => forwarder?.send(body) });
  const fleet = new Fleet({
    services: SERVICES,
    collectorUrl: await receiver.listen(),
    onCrash: (problem) => stopping.abort(new Stopped(problem.message, 1)),
  });
  const killNow = (): void => fleet.killNow();
  process.once('exit', killNow);
  try {
    await terminal.step('starting four services', during(fleet.start()), () => 'Four services are up');
    for (const { name, pid, clockOffsetMs } of fleet.services) {
      terminal.print(`    ${name.padEnd(9)} pid ${String(pid).padEnd(7)} ${clockText(clockOffsetMs)}`);
    }
    terminal.print(
      terminal.style('dim', '    One host has one clock, so a preload (clock-offset.ts) shifts Date in two of them.'),
    );
    const checkouts = async (): Promise<void> => {
      try {
        for (let i = 0; i < CHECKOUTS; i++) await post(fleet.portOf(ENTRANCE.service), ENTRANCE.path);
      } catch (error) {
        // A service that crashed says more than the request that failed of it, and may say it a little later.
        await wait(CRASH_NEWS_MS);
        throw error;
      }
    };
    await terminal.step(
      'sending requests',
      during(checkouts()),
      () => `${CHECKOUTS} checkouts: calls in a row, a fan-out, a message answered before its work is done`,
    );
    return await terminal.step(
      'collecting spans',
      during(fleet.stop()).then(async () => {
        await receiver.close();
        return readExportedTraces(file);
      }),
      (traces) => `${traces.flat().length} spans came in over OTLP/HTTP, kept in ${relative('', file)}`,
    );
  } finally {
    await fleet.kill();
    await receiver.close();
    process.off('exit', killNow);
  }
}

function clockText(offsetMs: number): string {
  if (offsetMs === 0) return 'true clock';
  return `clock ${Math.abs(offsetMs)} ms ${offsetMs < 0 ? 'behind' : 'ahead'}`;
}

async function run(): Promise<void> {
  const forwarder = Forwarder.fromEnvironment(process.env);
  const traces = await recordTraces(forwarder);
  const verdict = judge(traces, EXPECTATIONS);
  terminal.print();
  printTrace(terminal, traces.at(-1) ?? []);
  printVerdict(terminal, verdict, traces.length);
  terminal.print();
  printForwarded(terminal, await during(Promise.resolve(forwarder?.finish())));
  const failure = failureOf(verdict, CHECKOUTS, traces.length);
  if (failure !== undefined) throw new Stopped(`The demo failed: ${failure}.`, 1);
}

try {
  await run();
} catch (error) {
  process.exitCode = error instanceof Stopped ? error.exitCode : 1;
  const message = error instanceof Error ? error.message : String(error);
  terminal.print();
  terminal.print(`${terminal.style('red', '✗')} ${message}`);
} finally {
  clearTimeout(limit);
}
