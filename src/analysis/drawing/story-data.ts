/** A trace's story as plain data for JSON. The names change only with the major version: programs read them. */
import { eventData, findingData } from './finding-data.js';
import type { StoryRow, TraceStory } from './trace-story.js';

export function storyAsData(story: TraceStory): object {
  return {
    traceId: story.traceId,
    nodes: story.nodes.map(({ id, service, basis, isProcess }) => ({ id, service, basis, isProcess })),
    events: story.rows.map((row) => rowData(story, row)),
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
