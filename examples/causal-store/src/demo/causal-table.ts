/** The store's spans of one trace, causes first, with what the analysis proves about them. */
import { CausalGraph, type CausalSpan } from 'otel-causality/analysis';
import type { SpanReceiver } from '../tracing/span-receiver.js';
import { check, say, until } from './telling.js';

/** Of the story's writes, each is applied at the two other nodes. */
const WRITES = 4;
const APPLICATIONS = 2 * WRITES;

export async function printCausalOrder(receiver: SpanReceiver, traceId: string): Promise<void> {
  const stories = async (): Promise<CausalGraph> => CausalGraph.of(await receiver.spans(traceId));
  const ofKind = (graph: CausalGraph, verb: string): CausalSpan[] =>
    graph.spans.filter(({ recorded }) => recorded.name.startsWith(`${verb} `));
  await until('all spans have arrived', async () => {
    const graph = await stories();
    return ofKind(graph, 'write').length >= WRITES && ofKind(graph, 'apply').length >= APPLICATIONS;
  });
  const graph = await stories();
  const writes = ofKind(graph, 'write');
  const rows = graph
    .order()
    .filter(({ kind, span }) => kind === 'start' && /^(?:write|apply|read) /.test(span.recorded.name))
    .map(({ span }) => span);
  const versionOf = ({ recorded }: CausalSpan): string => String(recorded.attributes['store.version'] ?? '');
  const numbers = new Map(rows.map((span, i) => [span, i + 1]));
  say('   #    L  node  span         version');
  for (const [span, number] of numbers) {
    const beside = writes.filter(
      (other) => writes.includes(span) && graph.relation(span.start, other.start) === 'concurrent',
    );
    const marks = beside.map((other) => numbers.get(other)).join(' ');
    const lamport = String(span.recorded.attributes['causality.lamport']);
    const columns = [String(number).padStart(4), lamport.padStart(4), ` ${span.recorded.service}   `];
    say(
      `${columns.join(' ')}${span.recorded.name.padEnd(12)} ${versionOf(span)}${marks === '' ? '' : `   ∥ ${marks}`}`,
    );
  }
  const pairs = writes.flatMap((write) =>
    ofKind(graph, 'apply')
      .filter((apply) => versionOf(apply) === versionOf(write))
      .map((apply) => graph.relation(write.start, apply.start)),
  );
  check(
    `each of the ${pairs.length} applications comes after its write`,
    pairs.every((relation) => relation === 'before'),
  );
  const [first, ...rest] = rows.filter((span) => writes.includes(span));
  const last = rest.at(-1);
  const concurrent = writes.filter((a) => writes.some((b) => graph.relation(a.start, b.start) === 'concurrent'));
  check('the two writes on both sides of the cut are concurrent (∥)', concurrent.length === 2);
  check(
    'the first write comes before all others, and the last one after all',
    first !== undefined &&
      last !== undefined &&
      rest.every((write) => graph.relation(first.start, write.start) === 'before') &&
      [first, ...rest.slice(0, -1)].every((write) => graph.relation(write.start, last.start) === 'before'),
  );
}
