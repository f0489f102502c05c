/**
 * The demo's fleet, run into a backend: four processes, two clocks that lie, and all that their exporters sent.
 */
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { readTraces, type TraceSource } from '../../src/analysis/readers/read-traces.js';
import { Fleet } from '../../examples/demo/fleet.js';
import { post } from '../../examples/demo/post.js';
import { ENTRANCE, SERVICES } from '../../examples/demo/scenario.js';
import { OtlpTee } from './otlp-tee.js';

export const CHECKOUTS = 2;

export interface FleetRun {
  /** Base address of the backend's OTLP receiver; without one, spans are only kept. */
  readonly otlpUrl?: string;
  readonly telemetry?: URL;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Everything that the fleet's OTLP exporters sent. Resolves when its processes are gone, and so have sent all. */
export async function recordFleet({ otlpUrl, telemetry, environment = {} }: FleetRun): Promise<RecordedSpan[]> {
  const tee = await OtlpTee.listen();
  let crash: Error | undefined;
  const fleet = new Fleet({
    services: SERVICES.map((plan) => ({
      ...plan,
      env: environment,
      ...(telemetry === undefined ? {} : { telemetry }),
    })),
    collectorUrl: tee.url,
    onCrash: (problem) => {
      crash = problem;
    },
  });
  try {
    await fleet.start();
    for (let i = 0; i < CHECKOUTS; i++) await post(fleet.portOf(ENTRANCE.service), ENTRANCE.path);
    await fleet.stop();
    if (crash !== undefined) throw crash;
    if (otlpUrl !== undefined) await tee.handOn(otlpUrl);
    return await spansOf(tee.bodies.map((body) => `${body}\n`));
  } finally {
    await fleet.kill();
    await tee.close();
  }
}

/** All that a reader finds, and nothing that it could not read. */
export async function spansOf(source: TraceSource | readonly string[]): Promise<RecordedSpan[]> {
  const problems: string[] = [];
  const spans: RecordedSpan[] = [];
  const lines = Array.isArray(source) ? linesOf(source as readonly string[]) : (source as TraceSource);
  for await (const span of readTraces(lines, { onProblem: ({ reason }) => problems.push(reason) })) spans.push(span);
  if (problems.length > 0) throw new Error(`could not be read: ${problems.join('; ')}`);
  return spans;
}

// oxlint-disable-next-line typescript/require-await -- a stream is asynchronous by its type, whoever makes it
async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** By trace and then in causal order: a word for each event, in terms that every backend keeps. */
export function storyOf(spans: readonly RecordedSpan[]): string[] {
  return CausalGraph.of(spans)
    .order()
    .map(({ span, kind, stamp }) => `${span.recorded.spanId} ${kind} ${stamp?.lamport ?? '?'}`);
}
