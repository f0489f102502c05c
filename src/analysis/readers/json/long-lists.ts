/**
 * Where the formats keep their one long list, as the keys that lead to it from the top of a document.
 *
 * Guarantee: the document that is made of one element has the element in the same place as the whole had.
 * Hazard: a list that is not named here is read as part of what is around it, in one piece.
 */

/** OTLP; Tempo's older answers; Jaeger's older answers; and the envelopes of the newer ones. */
const LISTS: ReadonlySet<string> = new Set([
  'resourceSpans',
  'resourceLogs',
  'resource_spans',
  'resource_logs',
  'batches',
  'data',
  'result/resourceSpans',
  'result/resource_spans',
  'trace/resourceSpans',
  'trace/resource_spans',
  'trace/batches',
]);

const ENVELOPES: ReadonlySet<string> = new Set(['result', 'trace']);

/** Longest of the keys above: no more of a key needs to be remembered. */
export const LONGEST_KEY = 16;

/** What opens under these keys. */
export function openedAt(path: readonly string[], key: string): 'list' | 'envelope' | undefined {
  const place = path.length === 0 ? key : `${path.join('/')}/${key}`;
  if (LISTS.has(place)) return 'list';
  return ENVELOPES.has(place) ? 'envelope' : undefined;
}

/** A document with one element in the list; without keys, a bare list of it. */
export function documentOf(path: readonly string[], element: string): string {
  let document = `[${element}]`;
  for (let i = path.length - 1; i >= 0; i--) document = `{"${path[i] as string}":${document}}`;
  return document;
}
