/** A trace's story as plain data for JSON. The names change only with the major version: programs read them. */
import { eventData, findingData } from './finding-data.js';
import type { CausalLog } from '../graph/graph-model.js';
import type { StoryRow, TraceStory } from './trace-story.js';

export function storyAsData(story: TraceStory): object {
  return {
    traceId: story.traceId,
    nodes: story.nodes.map(({ id, service, basis, isProcess }) => ({ id, service, basis, isProcess })),
    events: story.rows.map((row) => rowData(story, row)),
    ...logsData(story),
    missing: story.missing.map(findingData),
    races: story.races.map(({ number, race }) => ({ number, ...findingData(race) })),
  };
}

function rowData(story: TraceStory, { number, event, causes, inversion, races }: StoryRow): object {
  const { traceId: _, ...data } = eventData(event);
  const { parentSpanId } = event.span.recorded;
  return {
    number,
    ...data,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(event.stamp === undefined ? {} : { vector: event.stamp.vector.toString(), incomplete: event.stamp.incomplete }),
    causes: causes.map(({ kind, basis, from }) => {
      const cause = story.rowOf.get(from);
      // A cause in another trace has no number here.
      return { kind, basis, ...(cause === undefined ? eventData(from) : { number: cause.number }) };
    }),
    ...(inversion === undefined ? {} : { inversion: findingData(inversion) }),
    ...(races.length === 0 ? {} : { races }),
  };
}

/** Each log with the number of the event that it stands behind; 0 where it stands before all of them. */
function logsData({ firstLogs, rows }: TraceStory): object {
  const logs = [
    ...firstLogs.map((log) => logData(log, 0)),
    ...rows.flatMap((row) => row.logs.map((log) => logData(log, row.number))),
  ];
  return logs.length === 0 ? {} : { logs };
}

function logData({ recorded, node, lamport, stamp, timeNanos }: CausalLog, after: number): object {
  const { severity, body, spanId, service } = recorded;
  return {
    after,
    service,
    node: node.id,
    lamport,
    ...(spanId === undefined ? {} : { spanId }),
    ...(stamp === undefined
      ? {}
      : { tick: stamp.afterTick, seq: stamp.seq, vector: stamp.vector.toString(), incomplete: stamp.incomplete }),
    ...(timeNanos === 0n ? {} : { timeUnixNano: timeNanos }),
    ...(severity === '' ? {} : { severity }),
    ...(body === undefined ? {} : { body }),
  };
}
